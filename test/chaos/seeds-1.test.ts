import { judgeSeeds } from './seeds.ts';

judgeSeeds(0, 2);
