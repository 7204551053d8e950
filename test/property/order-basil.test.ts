import { declareOrderProperty } from './order.ts';

// One file per shape, so that the two run side by side; together 200 runs in the suite and 100,000 with PROVE set.
declareOrderProperty('basil');
