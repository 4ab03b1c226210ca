import type { Configure } from '#runtime/api';

/**
 * Your middleware and routes. They apply to every route of the service, /predict, /metrics and the probes of health included.
 * Upgrades of the template never touch this folder; docs/EXTENDING.md has more.
 *
 *     export const configure: Configure = (app, { predict }) => {
 *       app.use((req, _res, next) => {
 *         const isProbe = req.path === '/health' || req.path.startsWith('/v2/health/');
 *         if (isProbe || req.get('x-team-token') === process.env['TEAM_TOKEN']) next();
 *         else next(new HttpError(401, 'UNAUTHORIZED', 'the header X-Team-Token is missing or wrong'));
 *       });
 *       const router = Router();
 *       router.get('/sample', async (_req, res) => res.json(await predict([{ my_feature: 1 }])));
 *       app.use('/team', router);
 *     };
 */
export const configure: Configure = () => {};
