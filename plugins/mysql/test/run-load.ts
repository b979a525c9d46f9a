import { connectorLoads } from '@etl/testkit';
import mysql from '../src/index.js';

export { beginLoad as begin, finishLoad as finish, writeRest, type LoadSpec } from '@etl/testkit';
export const { connect, runLoad } = connectorLoads(mysql);
