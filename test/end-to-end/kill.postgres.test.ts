import { describeServerKills } from './describe-server-kills.js';
import { closeServers, postgresProjects } from './kill-servers.js';

describeServerKills('a run into a real server', postgresProjects, closeServers);
