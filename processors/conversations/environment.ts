/** The settings of the conversations function. */
export { notifierEnvironment as conversationsEnvironment } from '../../shared/notifications/settings.ts';
