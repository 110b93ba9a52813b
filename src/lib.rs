//! Compiles access patterns into the smallest `DynamoDB` schema that answers each of them.
