import { judgeSeeds } from './seeds.ts';

judgeSeeds(1, 2);
