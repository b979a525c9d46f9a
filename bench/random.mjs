/** A seeded source of numbers: the same rows on every machine, in every run. */
export function seededRandom(seed) {
  let a = 0x9e3779b9 ^ seed;
  let b = 0x243f6a88;
  const next = () => {
    let t = a;
    const s = b;
    a = s;
    t ^= t << 23;
    t ^= t >>> 17;
    t ^= s ^ (s >>> 26);
    b = t;
    return (t + s) >>> 0;
  };
  for (let i = 0; i < 20; i += 1) next();
  return { next, between: (low, high) => low + (next() % (high - low + 1)), chance: (percent) => next() % 100 < percent };
}
