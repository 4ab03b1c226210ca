import type { Configure } from '#runtime/api';

/**
 * Your middleware and routes. They apply to every route of the service, /predict, /metrics and the probes of health included.
 * Upgrades of the template never touch this folder; docs/EXTENDING.md has more.
 *
 *     import { type Configure, HttpError } from '#runtime/api';
 *     import { Router } from 'express';
 *
 *     export const configure: Configure = (app, { predict }) => {
 *       const token = process.env['TEAM_TOKEN'];
 *       // Without the secret the service does not start: it would be open.
 *       if (!token) throw new Error('TEAM_TOKEN is not set');
 *       app.use((req, _res, next) => {
 *         const isProbe = req.path === '/health' || req.path.startsWith('/v2/health/');
 *         if (isProbe || req.get('x-team-token') === token) next();
 *         else next(new HttpError(401, 'UNAUTHORIZED', 'the header X-Team-Token is missing or wrong'));
 *       });
 *       const router = Router();
 *       router.get('/sample', async (_req, res) => res.json(await predict([{ my_feature: 1 }])));
 *       app.use('/team', router);
 *     };
 */
export const configure: Configure = () => {};
