/** What `JSON.parse` can return: the only shape in which plans, cursors and positions are kept. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
