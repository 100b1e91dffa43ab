/** The three tables of the opportunity analysis: results for a week, sessions for a day, history for a quarter. */
import { all, key, type TableDefinitions } from './definition.ts';

export const opportunityAnalysisTables = {
  results: {
    name: 'opportunity-analysis-results',
    key: key('id'),
    ttl: 'ttl',
    stream: true,
    indexes: {},
  },
  sessions: {
    name: 'opportunity-analysis-sessions',
    key: key('sessionId'),
    ttl: 'ttl',
    stream: true,
    indexes: {},
  },
  history: {
    name: 'opportunity-analysis-history',
    key: key('historyId', 'timestamp'),
    ttl: 'ttl',
    stream: true,
    indexes: {
      UserIdTimestampIndex: all('userId', 'timestamp'),
      OpportunityNameTimestampIndex: all('opportunityName', 'timestamp'),
      CustomerNameTimestampIndex: all('customerName', 'timestamp'),
    },
  },
} satisfies TableDefinitions;
