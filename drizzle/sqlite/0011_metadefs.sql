CREATE TABLE `metadef_entries` (
	`namespace_id` text NOT NULL,
	`kind` text NOT NULL,
	`name` text NOT NULL,
	`position` integer NOT NULL,
	`body` text NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	PRIMARY KEY(`namespace_id`, `kind`, `name`)
);
--> statement-breakpoint
CREATE INDEX `metadef_entries_name` ON `metadef_entries` (`kind`,`name`,`namespace_id`);--> statement-breakpoint
CREATE TABLE `metadef_namespaces` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`display_name` text,
	`description` text,
	`visibility` text NOT NULL,
	`protected` integer NOT NULL,
	`owner_id` text NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `metadef_namespaces_name_unique` ON `metadef_namespaces` (`name`);--> statement-breakpoint
CREATE INDEX `metadef_namespaces_created` ON `metadef_namespaces` (`created_at`,`id`);--> statement-breakpoint
CREATE INDEX `metadef_namespaces_owner` ON `metadef_namespaces` (`owner_id`,`created_at`,`id`);--> statement-breakpoint
CREATE INDEX `metadef_namespaces_visibility` ON `metadef_namespaces` (`visibility`,`created_at`,`id`);--> statement-breakpoint
CREATE TABLE `metadef_resource_types` (
	`name` text PRIMARY KEY NOT NULL,
	`protected` integer NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `metadef_standard` (
	`name` text PRIMARY KEY NOT NULL,
	`loaded_at` integer NOT NULL
);
