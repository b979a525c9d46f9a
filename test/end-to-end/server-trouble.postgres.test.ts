import { closeServers, postgresProjects } from './kill-servers.js';
import { describeServerTrouble } from './server-trouble.js';

for (const project of postgresProjects.filter(({ mode }) => mode === 'merge')) describeServerTrouble(project, closeServers);
