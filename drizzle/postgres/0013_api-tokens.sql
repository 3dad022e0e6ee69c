ALTER TABLE "tokens" ADD COLUMN "name" text COLLATE "C";--> statement-breakpoint
ALTER TABLE "tokens" ADD COLUMN "roles" jsonb;--> statement-breakpoint
ALTER TABLE "tokens" ADD COLUMN "parent_hash" text COLLATE "C";--> statement-breakpoint
CREATE INDEX "tokens_parent" ON "tokens" USING btree ("parent_hash");