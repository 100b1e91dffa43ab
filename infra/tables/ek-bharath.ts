/** The seven tables of Ek Bharath Ek Mandi, a voice-first multilingual produce market. */
import { all, key, keysOnly, type TableDefinitions } from './definition.ts';

export const ekBharathTables = {
  /** A person's rows: PROFILE, SETTINGS, VERIFICATION. The stream is on because the market's own code expects it; nothing here reads it. */
  users: {
    name: 'ek-bharath-users',
    key: key('PK', 'SK'),
    stream: true,
    indexes: {
      PhoneIndex: all('phone'),
      LocationIndex: all('state', 'district'),
      UserTypeIndex: all('user_type', 'created_at'),
    },
  },
  /** A product's rows: DETAILS, PRICING, IMAGES. */
  products: {
    name: 'ek-bharath-products',
    key: key('PK', 'SK'),
    stream: true,
    indexes: {
      CategoryIndex: all('category', 'created_at'),
      LocationIndex: all('state', 'created_at'),
      VendorIndex: all('vendor_id', 'created_at'),
      StatusIndex: all('status', 'created_at'),
      PriceIndex: all('category', 'price_sort_key'),
    },
  },
  /** Bids and direct purchases, under their product. */
  bids: {
    name: 'ek-bharath-bids',
    key: key('PK', 'SK'),
    stream: true,
    indexes: {
      BuyerIndex: all('buyer_id', 'created_at'),
      StatusIndex: all('status', 'created_at'),
      BuyerTypeIndex: all('buyer_type', 'created_at'),
      VendorBidsIndex: all('vendor_id', 'created_at'),
    },
  },
  /** Messages under their chat, and the chat's METADATA row; voice may be kept thirty days only. */
  conversations: {
    name: 'ek-bharath-conversations',
    key: key('PK', 'SK'),
    ttl: 'ttl',
    stream: true,
    indexes: {
      UserIndex: all('sender_id', 'created_at'),
      RecipientIndex: all('recipient_id', 'created_at'),
      UnreadIndex: all('recipient_id', 'read_status'),
      LanguageIndex: keysOnly('source_lang', 'target_lang'),
    },
  },
  priceHistory: {
    name: 'ek-bharath-price-history',
    key: key('PK', 'SK'),
    stream: false,
    indexes: {
      ProductIndex: all('product_category', 'date'),
      StateIndex: all('state', 'date'),
    },
  },
  translationCache: {
    name: 'ek-bharath-translation-cache',
    key: key('PK', 'SK'),
    ttl: 'ttl',
    stream: false,
    indexes: { LanguagePairIndex: all('source_lang', 'target_lang') },
  },
  /** Live sessions, and the inbox rows that the apps read when a user comes back. */
  userSessions: {
    name: 'ek-bharath-user-sessions',
    key: key('PK', 'SK'),
    ttl: 'ttl',
    stream: false,
    indexes: { UserIndex: all('user_id', 'last_activity') },
  },
} satisfies TableDefinitions;
