import { defineAudiences } from '../src/audience-kit/index.ts';
import * as list from './list.ts';

/** Every audience of `list.ts`, in alphabetical order; loading it stops on a definition that is wrong. */
export const AUDIENCES = defineAudiences(Object.values(list));
