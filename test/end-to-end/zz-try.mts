import { prepareBench, oneOfEach, killAt, sideBySide } from './kill-harness.js';
import { killProjects } from './kill-project.js';
const only = process.argv[2];
for (const p of killProjects.filter((one) => only === undefined || one.name.includes(only))) {
  const t = performance.now();
  try {
    const b = await prepareBench(p);
    const pts = oneOfEach(b.reference.points);
    console.log(p.name, 'took', Math.round(b.reference.took), b.reference.points.length, 'points', pts.length, JSON.parse(b.reference.report)[0].loads);
    const d = await sideBySide(pts, 2, (x) => killAt(x, b));
    console.log('  ', Math.round(performance.now() - t), 'ms', d.filter((x) => x !== null).map((x)=>x!.slice(0,700)));
    await b.close();
  } catch (e) { console.log(p.name, String(e).slice(0, 1500)); }
}
