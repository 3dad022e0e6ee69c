CREATE TABLE `known_projects` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`domain_name` text NOT NULL,
	`seen_at` integer NOT NULL
);
--> statement-breakpoint
ALTER TABLE `application_credentials` ADD `description` text DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE `application_credentials` ADD `unrestricted` integer DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE `application_credentials` ADD `access_rules` text;--> statement-breakpoint
CREATE UNIQUE INDEX `application_credentials_name` ON `application_credentials` (`user_id`,`name`);--> statement-breakpoint
ALTER TABLE `tokens` ADD `application_credential_id` text;--> statement-breakpoint
ALTER TABLE `tokens` ADD `sealed_token` text;--> statement-breakpoint
ALTER TABLE `users` ADD `description` text DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE `users` ADD `email` text;