import { types } from 'node:util';

// Errors of node:fs and native addons are made outside Jest's sandbox, where `instanceof Error` does not hold for them as it does in a real run.
const ordinary = Function.prototype[Symbol.hasInstance];
Object.defineProperty(Error, Symbol.hasInstance, {
  configurable: true,
  value(instance) {
    return ordinary.call(this, instance) || (this === Error && types.isNativeError(instance));
  },
});
