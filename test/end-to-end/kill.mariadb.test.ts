import { describeServerKills } from './describe-server-kills.js';
import { closeServers, mariadbProjects } from './kill-servers.js';

describeServerKills('a run into a real server', mariadbProjects, closeServers);
