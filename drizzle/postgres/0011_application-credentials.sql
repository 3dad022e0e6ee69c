CREATE TABLE "known_projects" (
	"id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"name" text COLLATE "C" NOT NULL,
	"domain_name" text COLLATE "C" NOT NULL,
	"seen_at" bigint NOT NULL
);
--> statement-breakpoint
ALTER TABLE "application_credentials" ADD COLUMN "description" text COLLATE "C" DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE "application_credentials" ADD COLUMN "unrestricted" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "application_credentials" ADD COLUMN "access_rules" jsonb;--> statement-breakpoint
ALTER TABLE "tokens" ADD COLUMN "application_credential_id" text COLLATE "C";--> statement-breakpoint
ALTER TABLE "tokens" ADD COLUMN "sealed_token" text COLLATE "C";--> statement-breakpoint
ALTER TABLE "users" ADD COLUMN "description" text COLLATE "C" DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE "users" ADD COLUMN "email" text COLLATE "C";--> statement-breakpoint
CREATE UNIQUE INDEX "application_credentials_name" ON "application_credentials" USING btree ("user_id","name");