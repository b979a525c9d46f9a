/** Tools that move rows between databases. They take minutes, and are measured where they are asked for. */
export const peerNames = ['dlt', 'ingestr', 'sling', 'singer'];

/** The peers that `--peers` and `--peer NAME` ask for. Throws for one that there is not. */
export function chosenPeers({ peers = false, peer = [] }) {
  const unknown = peer.find((name) => !peerNames.includes(name));
  if (unknown !== undefined) throw new Error(`There is no peer '${unknown}'.`);
  return peers ? peerNames : peerNames.filter((name) => peer.includes(name));
}
