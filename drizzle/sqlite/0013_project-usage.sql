CREATE TABLE `project_limits` (
	`project_id` text NOT NULL,
	`store_id` text NOT NULL,
	`resource` text NOT NULL,
	`most` integer,
	PRIMARY KEY(`project_id`, `store_id`, `resource`)
);
--> statement-breakpoint
CREATE TABLE `project_usage` (
	`project_id` text NOT NULL,
	`store_id` text NOT NULL,
	`resource` text NOT NULL,
	`used` integer NOT NULL,
	`most` integer NOT NULL,
	PRIMARY KEY(`project_id`, `store_id`, `resource`)
);
--> statement-breakpoint
ALTER TABLE `locations` ADD `reserved_bytes` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `locations` ADD `staged` integer DEFAULT false NOT NULL;