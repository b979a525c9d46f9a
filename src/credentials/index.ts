export { accountOf, setCommand, type CredentialAddress } from './credential-address.js';
export { endpointOf, type CredentialEndpoint, type EndpointParts } from './credential-endpoint.js';
export { type KnownCredential } from './credential-index.js';
export { Credentials, type ResolveSecret, type SecretOrigin, type SecretRequest } from './credentials.js';
export { openCredentials } from './open-credentials.js';
export { storeKinds, storeNames, type StoreKind } from './secret-store.js';
export { isContinuousIntegration, secretFileVariable, secretVariable } from './secret-variable.js';
