export const plainWords =
  'the furiously special deposits sleep carefully ironic packages haggle quickly regular accounts blithely final requests above pending foxes nag slyly express theodolites according to bold pinto beans use among even ideas silent platelets boost after unusual instructions cajole along'.split(
    ' ',
  );

export const unicodeWords =
  'café naïve Žižek München 東京 データ 注文 привет мир заказ 🚚 ✅ 🎉 résumé façade Ωmega ελληνικά שלום مرحبا 한국어 주문 – — “quoted” don’t'.split(
    ' ',
  );
