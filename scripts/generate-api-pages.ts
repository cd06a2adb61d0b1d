/** Writes docs/api.md and docs/api/. */
import { apiPages } from './api/pages.ts';
import { writePages } from './pages.ts';

await writePages('api', await apiPages());
