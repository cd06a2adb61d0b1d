/** Writes docs/requirements.md and docs/requirements/. */
import { writePages } from './pages.ts';
import { requirementPages } from './requirement-pages.ts';

await writePages('requirements', await requirementPages());
