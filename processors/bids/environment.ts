/** The settings of the bids function. */
export { notifierEnvironment as bidsEnvironment } from '../../shared/notifications/settings.ts';
