import { GET as answer } from '../../healthcheck/route.ts';

/** Where Glance has it: below its own endpoint. */
export const GET = answer;
