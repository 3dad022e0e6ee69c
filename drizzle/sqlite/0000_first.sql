CREATE TABLE `application_credentials` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`user_id` text NOT NULL,
	`project_id` text NOT NULL,
	`secret_hash` text NOT NULL,
	`roles` text NOT NULL,
	`expires_at` integer,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `events` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`at` integer NOT NULL,
	`type` text NOT NULL,
	`image_id` text,
	`store_id` text,
	`project_id` text,
	`actor_id` text,
	`request_id` text,
	`payload` text NOT NULL
);
--> statement-breakpoint
CREATE INDEX `events_image` ON `events` (`image_id`,`id`);--> statement-breakpoint
CREATE INDEX `events_at` ON `events` (`at`);--> statement-breakpoint
CREATE TABLE `image_counters` (
	`owner_id` text NOT NULL,
	`visibility` text NOT NULL,
	`image_count` integer NOT NULL,
	`image_bytes` integer NOT NULL,
	PRIMARY KEY(`owner_id`, `visibility`)
);
--> statement-breakpoint
CREATE TABLE `image_members` (
	`image_id` text NOT NULL,
	`member_id` text NOT NULL,
	`status` text NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	PRIMARY KEY(`image_id`, `member_id`)
);
--> statement-breakpoint
CREATE INDEX `image_members_member` ON `image_members` (`member_id`,`status`,`image_id`);--> statement-breakpoint
CREATE TABLE `image_pieces` (
	`image_id` text NOT NULL,
	`piece_index` integer NOT NULL,
	`blake3` text NOT NULL,
	PRIMARY KEY(`image_id`, `piece_index`)
);
--> statement-breakpoint
CREATE TABLE `image_properties` (
	`image_id` text NOT NULL,
	`name` text NOT NULL,
	`value` text NOT NULL,
	PRIMARY KEY(`image_id`, `name`)
);
--> statement-breakpoint
CREATE INDEX `image_properties_name` ON `image_properties` (`name`,`value`,`image_id`);--> statement-breakpoint
CREATE TABLE `image_tags` (
	`image_id` text NOT NULL,
	`tag` text NOT NULL,
	PRIMARY KEY(`image_id`, `tag`)
);
--> statement-breakpoint
CREATE INDEX `image_tags_tag` ON `image_tags` (`tag`,`image_id`);--> statement-breakpoint
CREATE TABLE `images` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text,
	`sort_name` text NOT NULL,
	`status` text NOT NULL,
	`disk_format` text,
	`container_format` text,
	`size_bytes` integer,
	`sort_size` integer NOT NULL,
	`virtual_size_bytes` integer,
	`visibility` text NOT NULL,
	`protected` integer NOT NULL,
	`hidden` integer NOT NULL,
	`owner_id` text NOT NULL,
	`md5` text,
	`sha512` text,
	`min_disk_gib` integer NOT NULL,
	`min_ram_mib` integer NOT NULL,
	`format_detail` text,
	`safety` text,
	`failed_import` text,
	`revision` integer NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `images_created` ON `images` (`created_at`,`id`);--> statement-breakpoint
CREATE INDEX `images_updated` ON `images` (`updated_at`,`id`);--> statement-breakpoint
CREATE INDEX `images_name` ON `images` (`sort_name`,`id`);--> statement-breakpoint
CREATE INDEX `images_size` ON `images` (`sort_size`,`id`);--> statement-breakpoint
CREATE INDEX `images_owner_created` ON `images` (`owner_id`,`created_at`,`id`);--> statement-breakpoint
CREATE INDEX `images_owner_updated` ON `images` (`owner_id`,`updated_at`,`id`);--> statement-breakpoint
CREATE INDEX `images_owner_name` ON `images` (`owner_id`,`sort_name`,`id`);--> statement-breakpoint
CREATE INDEX `images_visibility_created` ON `images` (`visibility`,`created_at`,`id`);--> statement-breakpoint
CREATE INDEX `images_visibility_updated` ON `images` (`visibility`,`updated_at`,`id`);--> statement-breakpoint
CREATE INDEX `images_visibility_name` ON `images` (`visibility`,`sort_name`,`id`);--> statement-breakpoint
CREATE INDEX `images_status` ON `images` (`status`,`created_at`,`id`);--> statement-breakpoint
CREATE TABLE `locations` (
	`id` text PRIMARY KEY NOT NULL,
	`image_id` text NOT NULL,
	`store_id` text NOT NULL,
	`object_key` text NOT NULL,
	`state` text NOT NULL,
	`bytes` integer NOT NULL,
	`resume_state` text,
	`committed` integer NOT NULL,
	`upload_id` text,
	`transfer_id` text,
	`fence` integer NOT NULL,
	`verified_at` integer,
	`error` text,
	`attempts` integer NOT NULL,
	`next_attempt_at` integer,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `locations_key` ON `locations` (`store_id`,`object_key`);--> statement-breakpoint
CREATE UNIQUE INDEX `locations_image_store` ON `locations` (`image_id`,`store_id`) WHERE state <> 'deleting';--> statement-breakpoint
CREATE INDEX `locations_store` ON `locations` (`store_id`,`state`,`image_id`);--> statement-breakpoint
CREATE INDEX `locations_state` ON `locations` (`state`,`updated_at`);--> statement-breakpoint
CREATE INDEX `locations_upload` ON `locations` (`upload_id`);--> statement-breakpoint
CREATE TABLE `projects` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`description` text NOT NULL,
	`enabled` integer NOT NULL,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `projects_name_unique` ON `projects` (`name`);--> statement-breakpoint
CREATE TABLE `role_assignments` (
	`user_id` text NOT NULL,
	`project_id` text NOT NULL,
	`role` text NOT NULL,
	PRIMARY KEY(`user_id`, `project_id`, `role`)
);
--> statement-breakpoint
CREATE TABLE `store_counters` (
	`store_id` text NOT NULL,
	`owner_id` text NOT NULL,
	`image_count` integer NOT NULL,
	`stored_bytes` integer NOT NULL,
	PRIMARY KEY(`store_id`, `owner_id`)
);
--> statement-breakpoint
CREATE TABLE `stores` (
	`id` text PRIMARY KEY NOT NULL,
	`marker` text,
	`first_seen_at` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `tokens` (
	`hash` text PRIMARY KEY NOT NULL,
	`kind` text NOT NULL,
	`user_id` text NOT NULL,
	`project_id` text,
	`audit_id` text NOT NULL,
	`methods` text NOT NULL,
	`created_at` integer NOT NULL,
	`expires_at` integer NOT NULL,
	`client` text
);
--> statement-breakpoint
CREATE INDEX `tokens_user` ON `tokens` (`user_id`);--> statement-breakpoint
CREATE INDEX `tokens_expiry` ON `tokens` (`expires_at`);--> statement-breakpoint
CREATE TABLE `transfers` (
	`id` text PRIMARY KEY NOT NULL,
	`group_id` text NOT NULL,
	`kind` text NOT NULL,
	`image_id` text NOT NULL,
	`image_name` text,
	`project_id` text NOT NULL,
	`source_store` text,
	`target_store` text NOT NULL,
	`move_from` text,
	`state` text NOT NULL,
	`wish` text,
	`method` text,
	`bytes_sent` integer NOT NULL,
	`bytes_done` integer NOT NULL,
	`bytes_verified` integer NOT NULL,
	`bytes_total` integer NOT NULL,
	`attempts` integer NOT NULL,
	`next_attempt_at` integer,
	`error` text,
	`by_import` integer NOT NULL,
	`all_stores_must_succeed` integer NOT NULL,
	`request_id` text,
	`created_by` text,
	`lease_holder` text,
	`lease_fence` integer NOT NULL,
	`lease_expires_at` integer,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	`finished_at` integer
);
--> statement-breakpoint
CREATE INDEX `transfers_state` ON `transfers` (`state`,`created_at`);--> statement-breakpoint
CREATE INDEX `transfers_image` ON `transfers` (`image_id`,`created_at`);--> statement-breakpoint
CREATE INDEX `transfers_group` ON `transfers` (`group_id`);--> statement-breakpoint
CREATE INDEX `transfers_created` ON `transfers` (`created_at`,`id`);--> statement-breakpoint
CREATE INDEX `transfers_project` ON `transfers` (`project_id`,`created_at`);--> statement-breakpoint
CREATE TABLE `uploads` (
	`id` text PRIMARY KEY NOT NULL,
	`image_id` text NOT NULL,
	`project_id` text NOT NULL,
	`user_id` text NOT NULL,
	`owns_image` integer NOT NULL,
	`kind` text NOT NULL,
	`name` text NOT NULL,
	`file_name` text,
	`fingerprint` text,
	`client` text,
	`state` text NOT NULL,
	`length_bytes` integer,
	`offset_bytes` integer NOT NULL,
	`metadata` text NOT NULL,
	`expected_sha512` text,
	`all_stores_must_succeed` integer NOT NULL,
	`inspector_snapshot` text,
	`error` text,
	`remedy` text,
	`lease_holder` text,
	`lease_fence` integer NOT NULL,
	`lease_expires_at` integer,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	`expires_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `uploads_project` ON `uploads` (`project_id`,`created_at`);--> statement-breakpoint
CREATE INDEX `uploads_image` ON `uploads` (`image_id`);--> statement-breakpoint
CREATE INDEX `uploads_expiry` ON `uploads` (`state`,`expires_at`);--> statement-breakpoint
CREATE TABLE `users` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`password_hash` text NOT NULL,
	`default_project_id` text,
	`enabled` integer NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `users_name_unique` ON `users` (`name`);