/** The home-services marketplace: its six tables, and the mails and ratings that follow the bookings. */
import type { Construct } from 'constructs';
import { AuditTrail } from '../constructs/audit-trail.ts';
import { addMailIdentity, mailEnvironment, maySendMail } from '../constructs/mail.ts';
import {
  mayClaim,
  mayQueryIndexes,
  mayReadItems,
  mayScanAttributes,
  mayUpdateInTransactions,
} from '../constructs/rights.ts';
import { StreamProcessor } from '../constructs/stream-processor.ts';
import type { Stage } from '../stages.ts';
import { marketplaceTables } from '../tables/marketplace.ts';
import { SystemStack } from './system-stack.ts';

/** By which a listing of ratings knows an item that carries one. */
const RATED_BY = ['rating', 'reviewCount'];

export class MarketplaceStack extends SystemStack<typeof marketplaceTables> {
  constructor(scope: Construct, stage: Stage) {
    super(scope, stage, 'marketplace', 'the home-services marketplace', marketplaceTables);
    const { bookings, idempotency, providers, reviews, services } = this.tables;
    // One for all systems, as the claims are: and this stack is deployed before any that claims.
    new AuditTrail(this, 'AuditTrail', stage);
    idempotency.mustExpire();
    addMailIdentity(this, stage);
    new StreamProcessor(this, 'Bookings', {
      stage,
      name: 'bookings',
      table: bookings,
      environment: {
        BOOKINGS_TABLE: bookings.tableName,
        PROVIDERS_TABLE: providers.tableName,
        SERVICES_TABLE: services.tableName,
        REVIEWS_TABLE: reviews.tableName,
        IDEMPOTENCY_TABLE: idempotency.tableName,
        ...mailEnvironment(stage),
      },
      rights: [
        mayReadItems(bookings, providers, services, reviews),
        mayQueryIndexes(reviews, 'providerReviews-index', 'bookingReviews-index'),
        mayUpdateInTransactions(providers, services),
        mayScanAttributes(providers.tableArn, 'providerId', ...RATED_BY),
        mayScanAttributes(services.tableArn, 'serviceId', ...RATED_BY),
        mayClaim(idempotency.tableArn),
        maySendMail(this, stage),
      ],
    });
  }
}
