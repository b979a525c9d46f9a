import { z } from 'zod';

const pattern = /^(?:@[a-z0-9][a-z0-9._-]*\/)?[a-z0-9][a-z0-9._-]*$/;

/** A name that a registry would take. */
export const packageName = z.string().max(214).regex(pattern);

export const isPackageName = (text: string): boolean => packageName.safeParse(text).success;
