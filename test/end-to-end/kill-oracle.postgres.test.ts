import { describeServerKills } from './describe-server-kills.js';
import { closeOracle, oracleProjects } from './kill-oracle.js';

/** append and history pass the same failpoints on the same ways; real servers are killed under all modes. */
const tried = oracleProjects.filter(({ mode }) => mode !== 'append' && mode !== 'history');

describeServerKills('a run into the protocol double of Oracle', tried, closeOracle);
