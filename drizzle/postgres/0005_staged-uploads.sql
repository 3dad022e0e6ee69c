ALTER TABLE "uploads" ADD COLUMN "later_stores" jsonb;--> statement-breakpoint
ALTER TABLE "uploads" ADD COLUMN "staging_store" text COLLATE "C";