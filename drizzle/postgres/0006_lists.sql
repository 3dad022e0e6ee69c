DROP INDEX "images_status";--> statement-breakpoint
DROP INDEX "locations_state";--> statement-breakpoint
ALTER TABLE "images" ADD COLUMN "search_name" text COLLATE "C" DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE "locations" ADD COLUMN "image_name" text COLLATE "C" DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE "locations" ADD COLUMN "image_size" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "locations" ADD COLUMN "image_created_at" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "locations" ADD COLUMN "image_updated_at" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
CREATE INDEX "images_owner_size" ON "images" USING btree ("owner_id","sort_size","id");--> statement-breakpoint
CREATE INDEX "images_owner_status" ON "images" USING btree ("owner_id","status","id");--> statement-breakpoint
CREATE INDEX "images_visibility_size" ON "images" USING btree ("visibility","sort_size","id");--> statement-breakpoint
CREATE INDEX "images_visibility_status" ON "images" USING btree ("visibility","status","id");--> statement-breakpoint
CREATE INDEX "images_killed_created" ON "images" USING btree ("created_at","id") WHERE lower(status) = 'killed';--> statement-breakpoint
CREATE INDEX "images_killed_updated" ON "images" USING btree ("updated_at","id") WHERE lower(status) = 'killed';--> statement-breakpoint
CREATE INDEX "images_killed_name" ON "images" USING btree ("sort_name","id") WHERE lower(status) = 'killed';--> statement-breakpoint
CREATE INDEX "images_killed_size" ON "images" USING btree ("sort_size","id") WHERE lower(status) = 'killed';--> statement-breakpoint
CREATE INDEX "images_killed_status" ON "images" USING btree ("status","id") WHERE lower(status) = 'killed';--> statement-breakpoint
CREATE INDEX "images_disk_format" ON "images" USING btree ("disk_format","id");--> statement-breakpoint
CREATE INDEX "images_container_format" ON "images" USING btree ("container_format","id");--> statement-breakpoint
CREATE INDEX "images_md5" ON "images" USING btree ("md5");--> statement-breakpoint
CREATE INDEX "images_sha512" ON "images" USING btree ("sha512");--> statement-breakpoint
CREATE INDEX "images_protected" ON "images" USING btree ("id") WHERE protected;--> statement-breakpoint
CREATE INDEX "images_hidden" ON "images" USING btree ("id") WHERE hidden;--> statement-breakpoint
CREATE INDEX "images_without_md5" ON "images" USING btree ("id") WHERE md5 is null and status = 'active';--> statement-breakpoint
CREATE INDEX "locations_store_created" ON "locations" USING btree ("store_id","image_created_at","image_id") WHERE state not in ('deleting', 'failed');--> statement-breakpoint
CREATE INDEX "locations_store_updated" ON "locations" USING btree ("store_id","image_updated_at","image_id") WHERE state not in ('deleting', 'failed');--> statement-breakpoint
CREATE INDEX "locations_store_name" ON "locations" USING btree ("store_id","image_name","image_id") WHERE state not in ('deleting', 'failed');--> statement-breakpoint
CREATE INDEX "locations_store_size" ON "locations" USING btree ("store_id","image_size","image_id") WHERE state not in ('deleting', 'failed');--> statement-breakpoint
CREATE INDEX "locations_broken_created" ON "locations" USING btree ("image_created_at","image_id") WHERE lower(state) in ('missing', 'corrupt', 'failed');--> statement-breakpoint
CREATE INDEX "locations_broken_updated" ON "locations" USING btree ("image_updated_at","image_id") WHERE lower(state) in ('missing', 'corrupt', 'failed');--> statement-breakpoint
CREATE INDEX "locations_broken_name" ON "locations" USING btree ("image_name","image_id") WHERE lower(state) in ('missing', 'corrupt', 'failed');--> statement-breakpoint
CREATE INDEX "locations_broken_size" ON "locations" USING btree ("image_size","image_id") WHERE lower(state) in ('missing', 'corrupt', 'failed');--> statement-breakpoint
CREATE INDEX "images_status" ON "images" USING btree ("status","id");--> statement-breakpoint
CREATE INDEX "locations_state" ON "locations" USING btree ("state","updated_at","image_id");--> statement-breakpoint
UPDATE "images" SET "search_name" = lower("sort_name" COLLATE "default");--> statement-breakpoint
UPDATE "locations" SET "image_name" = "sort_name", "image_size" = "sort_size", "image_created_at" = "images"."created_at", "image_updated_at" = "images"."updated_at" FROM "images" WHERE "images"."id" = "image_id";--> statement-breakpoint
CREATE INDEX "images_search_name" ON "images" USING gin ("search_name" gin_trgm_ops) WITH (fastupdate = off);
