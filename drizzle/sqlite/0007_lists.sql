DROP INDEX `images_status`;--> statement-breakpoint
ALTER TABLE `images` ADD `search_name` text DEFAULT '' NOT NULL;--> statement-breakpoint
CREATE INDEX `images_owner_size` ON `images` (`owner_id`,`sort_size`,`id`);--> statement-breakpoint
CREATE INDEX `images_owner_status` ON `images` (`owner_id`,`status`,`id`);--> statement-breakpoint
CREATE INDEX `images_visibility_size` ON `images` (`visibility`,`sort_size`,`id`);--> statement-breakpoint
CREATE INDEX `images_visibility_status` ON `images` (`visibility`,`status`,`id`);--> statement-breakpoint
CREATE INDEX `images_killed_created` ON `images` (`created_at`,`id`) WHERE lower(status) = 'killed';--> statement-breakpoint
CREATE INDEX `images_killed_updated` ON `images` (`updated_at`,`id`) WHERE lower(status) = 'killed';--> statement-breakpoint
CREATE INDEX `images_killed_name` ON `images` (`sort_name`,`id`) WHERE lower(status) = 'killed';--> statement-breakpoint
CREATE INDEX `images_killed_size` ON `images` (`sort_size`,`id`) WHERE lower(status) = 'killed';--> statement-breakpoint
CREATE INDEX `images_killed_status` ON `images` (`status`,`id`) WHERE lower(status) = 'killed';--> statement-breakpoint
CREATE INDEX `images_disk_format` ON `images` (`disk_format`,`id`);--> statement-breakpoint
CREATE INDEX `images_container_format` ON `images` (`container_format`,`id`);--> statement-breakpoint
CREATE INDEX `images_md5` ON `images` (`md5`);--> statement-breakpoint
CREATE INDEX `images_sha512` ON `images` (`sha512`);--> statement-breakpoint
CREATE INDEX `images_protected` ON `images` (`id`) WHERE protected;--> statement-breakpoint
CREATE INDEX `images_hidden` ON `images` (`id`) WHERE hidden;--> statement-breakpoint
CREATE INDEX `images_without_md5` ON `images` (`id`) WHERE md5 is null and status = 'active';--> statement-breakpoint
CREATE INDEX `images_status` ON `images` (`status`,`id`);--> statement-breakpoint
DROP INDEX `locations_state`;--> statement-breakpoint
ALTER TABLE `locations` ADD `image_name` text DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE `locations` ADD `image_size` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `locations` ADD `image_created_at` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `locations` ADD `image_updated_at` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
CREATE INDEX `locations_store_created` ON `locations` (`store_id`,`image_created_at`,`image_id`) WHERE state not in ('deleting', 'failed');--> statement-breakpoint
CREATE INDEX `locations_store_updated` ON `locations` (`store_id`,`image_updated_at`,`image_id`) WHERE state not in ('deleting', 'failed');--> statement-breakpoint
CREATE INDEX `locations_store_name` ON `locations` (`store_id`,`image_name`,`image_id`) WHERE state not in ('deleting', 'failed');--> statement-breakpoint
CREATE INDEX `locations_store_size` ON `locations` (`store_id`,`image_size`,`image_id`) WHERE state not in ('deleting', 'failed');--> statement-breakpoint
CREATE INDEX `locations_broken_created` ON `locations` (`image_created_at`,`image_id`) WHERE lower(state) in ('missing', 'corrupt', 'failed');--> statement-breakpoint
CREATE INDEX `locations_broken_updated` ON `locations` (`image_updated_at`,`image_id`) WHERE lower(state) in ('missing', 'corrupt', 'failed');--> statement-breakpoint
CREATE INDEX `locations_broken_name` ON `locations` (`image_name`,`image_id`) WHERE lower(state) in ('missing', 'corrupt', 'failed');--> statement-breakpoint
CREATE INDEX `locations_broken_size` ON `locations` (`image_size`,`image_id`) WHERE lower(state) in ('missing', 'corrupt', 'failed');--> statement-breakpoint
CREATE INDEX `locations_state` ON `locations` (`state`,`updated_at`,`image_id`);--> statement-breakpoint
UPDATE `images` SET `search_name` = lower(`sort_name`);--> statement-breakpoint
UPDATE `locations` SET (`image_name`, `image_size`, `image_created_at`, `image_updated_at`) = (SELECT `sort_name`, `sort_size`, `images`.`created_at`, `images`.`updated_at` FROM `images` WHERE `images`.`id` = `image_id`) WHERE EXISTS (SELECT 1 FROM `images` WHERE `images`.`id` = `image_id`);--> statement-breakpoint
CREATE TABLE `image_numbers` (
	`number` integer PRIMARY KEY NOT NULL,
	`image_id` text NOT NULL UNIQUE
);
--> statement-breakpoint
CREATE VIRTUAL TABLE `name_parts` USING fts5(`name`, content='', columnsize=0, detail=none, tokenize='trigram case_sensitive 1');--> statement-breakpoint
INSERT INTO `image_numbers` (`image_id`) SELECT `id` FROM `images` ORDER BY `created_at`;--> statement-breakpoint
INSERT INTO `name_parts` (`rowid`, `name`) SELECT `number`, `search_name` FROM `image_numbers` JOIN `images` ON `images`.`id` = `image_id` ORDER BY `number`;--> statement-breakpoint
CREATE TRIGGER `images_named` AFTER INSERT ON `images` BEGIN
	INSERT INTO `image_numbers` (`image_id`) VALUES (new.`id`);
	INSERT INTO `name_parts` (`rowid`, `name`) SELECT `number`, new.`search_name` FROM `image_numbers` WHERE `image_id` = new.`id`;
END;--> statement-breakpoint
CREATE TRIGGER `images_renamed` AFTER UPDATE OF `search_name` ON `images` WHEN old.`search_name` <> new.`search_name` BEGIN
	INSERT INTO `name_parts` (`name_parts`, `rowid`, `name`) SELECT 'delete', `number`, old.`search_name` FROM `image_numbers` WHERE `image_id` = old.`id`;
	INSERT INTO `name_parts` (`rowid`, `name`) SELECT `number`, new.`search_name` FROM `image_numbers` WHERE `image_id` = new.`id`;
END;--> statement-breakpoint
CREATE TRIGGER `images_gone` AFTER DELETE ON `images` BEGIN
	INSERT INTO `name_parts` (`name_parts`, `rowid`, `name`) SELECT 'delete', `number`, old.`search_name` FROM `image_numbers` WHERE `image_id` = old.`id`;
	DELETE FROM `image_numbers` WHERE `image_id` = old.`id`;
END;
