import { closeServers, mariadbProjects } from './kill-servers.js';
import { describeServerTrouble } from './server-trouble.js';

for (const project of mariadbProjects.filter(({ mode }) => mode === 'merge')) describeServerTrouble(project, closeServers);
