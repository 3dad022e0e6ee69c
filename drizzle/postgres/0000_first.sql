CREATE TABLE "application_credentials" (
	"id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"name" text COLLATE "C" NOT NULL,
	"user_id" text COLLATE "C" NOT NULL,
	"project_id" text COLLATE "C" NOT NULL,
	"secret_hash" text COLLATE "C" NOT NULL,
	"roles" jsonb NOT NULL,
	"expires_at" bigint,
	"created_at" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "events" (
	"id" bigserial PRIMARY KEY NOT NULL,
	"at" bigint NOT NULL,
	"type" text COLLATE "C" NOT NULL,
	"image_id" text COLLATE "C",
	"store_id" text COLLATE "C",
	"project_id" text COLLATE "C",
	"actor_id" text COLLATE "C",
	"request_id" text COLLATE "C",
	"payload" jsonb NOT NULL
);
--> statement-breakpoint
CREATE TABLE "image_counters" (
	"owner_id" text COLLATE "C" NOT NULL,
	"visibility" text COLLATE "C" NOT NULL,
	"image_count" bigint NOT NULL,
	"image_bytes" bigint NOT NULL,
	CONSTRAINT "image_counters_owner_id_visibility_pk" PRIMARY KEY("owner_id","visibility")
);
--> statement-breakpoint
CREATE TABLE "image_members" (
	"image_id" text COLLATE "C" NOT NULL,
	"member_id" text COLLATE "C" NOT NULL,
	"status" text COLLATE "C" NOT NULL,
	"created_at" bigint NOT NULL,
	"updated_at" bigint NOT NULL,
	CONSTRAINT "image_members_image_id_member_id_pk" PRIMARY KEY("image_id","member_id")
);
--> statement-breakpoint
CREATE TABLE "image_pieces" (
	"image_id" text COLLATE "C" NOT NULL,
	"piece_index" bigint NOT NULL,
	"blake3" text COLLATE "C" NOT NULL,
	CONSTRAINT "image_pieces_image_id_piece_index_pk" PRIMARY KEY("image_id","piece_index")
);
--> statement-breakpoint
CREATE TABLE "image_properties" (
	"image_id" text COLLATE "C" NOT NULL,
	"name" text COLLATE "C" NOT NULL,
	"value" text COLLATE "C" NOT NULL,
	CONSTRAINT "image_properties_image_id_name_pk" PRIMARY KEY("image_id","name")
);
--> statement-breakpoint
CREATE TABLE "image_tags" (
	"image_id" text COLLATE "C" NOT NULL,
	"tag" text COLLATE "C" NOT NULL,
	CONSTRAINT "image_tags_image_id_tag_pk" PRIMARY KEY("image_id","tag")
);
--> statement-breakpoint
CREATE TABLE "images" (
	"id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"name" text COLLATE "C",
	"sort_name" text COLLATE "C" NOT NULL,
	"status" text COLLATE "C" NOT NULL,
	"disk_format" text COLLATE "C",
	"container_format" text COLLATE "C",
	"size_bytes" bigint,
	"sort_size" bigint NOT NULL,
	"virtual_size_bytes" bigint,
	"visibility" text COLLATE "C" NOT NULL,
	"protected" boolean NOT NULL,
	"hidden" boolean NOT NULL,
	"owner_id" text COLLATE "C" NOT NULL,
	"md5" text COLLATE "C",
	"sha512" text COLLATE "C",
	"min_disk_gib" bigint NOT NULL,
	"min_ram_mib" bigint NOT NULL,
	"format_detail" text COLLATE "C",
	"safety" jsonb,
	"failed_import" jsonb,
	"revision" bigint NOT NULL,
	"created_at" bigint NOT NULL,
	"updated_at" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "locations" (
	"id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"image_id" text COLLATE "C" NOT NULL,
	"store_id" text COLLATE "C" NOT NULL,
	"object_key" text COLLATE "C" NOT NULL,
	"state" text COLLATE "C" NOT NULL,
	"bytes" bigint NOT NULL,
	"resume_state" text COLLATE "C",
	"committed" boolean NOT NULL,
	"upload_id" text COLLATE "C",
	"transfer_id" text COLLATE "C",
	"fence" bigint NOT NULL,
	"verified_at" bigint,
	"error" text COLLATE "C",
	"attempts" bigint NOT NULL,
	"next_attempt_at" bigint,
	"created_at" bigint NOT NULL,
	"updated_at" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "projects" (
	"id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"name" text COLLATE "C" NOT NULL,
	"description" text COLLATE "C" NOT NULL,
	"enabled" boolean NOT NULL,
	"created_at" bigint NOT NULL,
	CONSTRAINT "projects_name_unique" UNIQUE("name")
);
--> statement-breakpoint
CREATE TABLE "role_assignments" (
	"user_id" text COLLATE "C" NOT NULL,
	"project_id" text COLLATE "C" NOT NULL,
	"role" text COLLATE "C" NOT NULL,
	CONSTRAINT "role_assignments_user_id_project_id_role_pk" PRIMARY KEY("user_id","project_id","role")
);
--> statement-breakpoint
CREATE TABLE "store_counters" (
	"store_id" text COLLATE "C" NOT NULL,
	"owner_id" text COLLATE "C" NOT NULL,
	"image_count" bigint NOT NULL,
	"stored_bytes" bigint NOT NULL,
	CONSTRAINT "store_counters_store_id_owner_id_pk" PRIMARY KEY("store_id","owner_id")
);
--> statement-breakpoint
CREATE TABLE "stores" (
	"id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"marker" jsonb,
	"first_seen_at" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "tokens" (
	"hash" text COLLATE "C" PRIMARY KEY NOT NULL,
	"kind" text COLLATE "C" NOT NULL,
	"user_id" text COLLATE "C" NOT NULL,
	"project_id" text COLLATE "C",
	"audit_id" text COLLATE "C" NOT NULL,
	"methods" jsonb NOT NULL,
	"created_at" bigint NOT NULL,
	"expires_at" bigint NOT NULL,
	"client" text COLLATE "C"
);
--> statement-breakpoint
CREATE TABLE "transfers" (
	"id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"group_id" text COLLATE "C" NOT NULL,
	"kind" text COLLATE "C" NOT NULL,
	"image_id" text COLLATE "C" NOT NULL,
	"image_name" text COLLATE "C",
	"project_id" text COLLATE "C" NOT NULL,
	"source_store" text COLLATE "C",
	"target_store" text COLLATE "C" NOT NULL,
	"move_from" text COLLATE "C",
	"state" text COLLATE "C" NOT NULL,
	"wish" text COLLATE "C",
	"method" text COLLATE "C",
	"bytes_sent" bigint NOT NULL,
	"bytes_done" bigint NOT NULL,
	"bytes_verified" bigint NOT NULL,
	"bytes_total" bigint NOT NULL,
	"attempts" bigint NOT NULL,
	"next_attempt_at" bigint,
	"error" text COLLATE "C",
	"by_import" boolean NOT NULL,
	"all_stores_must_succeed" boolean NOT NULL,
	"request_id" text COLLATE "C",
	"created_by" text COLLATE "C",
	"lease_holder" text COLLATE "C",
	"lease_fence" bigint NOT NULL,
	"lease_expires_at" bigint,
	"created_at" bigint NOT NULL,
	"updated_at" bigint NOT NULL,
	"finished_at" bigint
);
--> statement-breakpoint
CREATE TABLE "uploads" (
	"id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"image_id" text COLLATE "C" NOT NULL,
	"project_id" text COLLATE "C" NOT NULL,
	"user_id" text COLLATE "C" NOT NULL,
	"owns_image" boolean NOT NULL,
	"kind" text COLLATE "C" NOT NULL,
	"name" text COLLATE "C" NOT NULL,
	"file_name" text COLLATE "C",
	"fingerprint" text COLLATE "C",
	"client" text COLLATE "C",
	"state" text COLLATE "C" NOT NULL,
	"length_bytes" bigint,
	"offset_bytes" bigint NOT NULL,
	"metadata" jsonb NOT NULL,
	"expected_sha512" text COLLATE "C",
	"all_stores_must_succeed" boolean NOT NULL,
	"inspector_snapshot" text COLLATE "C",
	"error" text COLLATE "C",
	"remedy" text COLLATE "C",
	"lease_holder" text COLLATE "C",
	"lease_fence" bigint NOT NULL,
	"lease_expires_at" bigint,
	"created_at" bigint NOT NULL,
	"updated_at" bigint NOT NULL,
	"expires_at" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "users" (
	"id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"name" text COLLATE "C" NOT NULL,
	"password_hash" text COLLATE "C" NOT NULL,
	"default_project_id" text COLLATE "C",
	"enabled" boolean NOT NULL,
	"created_at" bigint NOT NULL,
	"updated_at" bigint NOT NULL,
	CONSTRAINT "users_name_unique" UNIQUE("name")
);
--> statement-breakpoint
CREATE INDEX "events_image" ON "events" USING btree ("image_id","id");--> statement-breakpoint
CREATE INDEX "events_at" ON "events" USING btree ("at");--> statement-breakpoint
CREATE INDEX "image_members_member" ON "image_members" USING btree ("member_id","status","image_id");--> statement-breakpoint
CREATE INDEX "image_properties_name" ON "image_properties" USING btree ("name",substr("value", 1, 128),"image_id");--> statement-breakpoint
CREATE INDEX "image_tags_tag" ON "image_tags" USING btree ("tag","image_id");--> statement-breakpoint
CREATE INDEX "images_created" ON "images" USING btree ("created_at","id");--> statement-breakpoint
CREATE INDEX "images_updated" ON "images" USING btree ("updated_at","id");--> statement-breakpoint
CREATE INDEX "images_name" ON "images" USING btree ("sort_name","id");--> statement-breakpoint
CREATE INDEX "images_size" ON "images" USING btree ("sort_size","id");--> statement-breakpoint
CREATE INDEX "images_owner_created" ON "images" USING btree ("owner_id","created_at","id");--> statement-breakpoint
CREATE INDEX "images_owner_updated" ON "images" USING btree ("owner_id","updated_at","id");--> statement-breakpoint
CREATE INDEX "images_owner_name" ON "images" USING btree ("owner_id","sort_name","id");--> statement-breakpoint
CREATE INDEX "images_visibility_created" ON "images" USING btree ("visibility","created_at","id");--> statement-breakpoint
CREATE INDEX "images_visibility_updated" ON "images" USING btree ("visibility","updated_at","id");--> statement-breakpoint
CREATE INDEX "images_visibility_name" ON "images" USING btree ("visibility","sort_name","id");--> statement-breakpoint
CREATE INDEX "images_status" ON "images" USING btree ("status","created_at","id");--> statement-breakpoint
CREATE UNIQUE INDEX "locations_key" ON "locations" USING btree ("store_id","object_key");--> statement-breakpoint
CREATE UNIQUE INDEX "locations_image_store" ON "locations" USING btree ("image_id","store_id") WHERE state <> 'deleting';--> statement-breakpoint
CREATE INDEX "locations_store" ON "locations" USING btree ("store_id","state","image_id");--> statement-breakpoint
CREATE INDEX "locations_state" ON "locations" USING btree ("state","updated_at");--> statement-breakpoint
CREATE INDEX "locations_upload" ON "locations" USING btree ("upload_id");--> statement-breakpoint
CREATE INDEX "locations_image" ON "locations" USING btree ("image_id");--> statement-breakpoint
CREATE INDEX "tokens_user" ON "tokens" USING btree ("user_id");--> statement-breakpoint
CREATE INDEX "tokens_expiry" ON "tokens" USING btree ("expires_at");--> statement-breakpoint
CREATE INDEX "transfers_state" ON "transfers" USING btree ("state","created_at");--> statement-breakpoint
CREATE INDEX "transfers_image" ON "transfers" USING btree ("image_id","created_at");--> statement-breakpoint
CREATE INDEX "transfers_group" ON "transfers" USING btree ("group_id");--> statement-breakpoint
CREATE INDEX "transfers_created" ON "transfers" USING btree ("created_at","id");--> statement-breakpoint
CREATE INDEX "transfers_project" ON "transfers" USING btree ("project_id","created_at");--> statement-breakpoint
CREATE INDEX "uploads_project" ON "uploads" USING btree ("project_id","created_at");--> statement-breakpoint
CREATE INDEX "uploads_image" ON "uploads" USING btree ("image_id");--> statement-breakpoint
CREATE INDEX "uploads_expiry" ON "uploads" USING btree ("state","expires_at");