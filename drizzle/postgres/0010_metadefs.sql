CREATE TABLE "metadef_entries" (
	"namespace_id" text COLLATE "C" NOT NULL,
	"kind" text COLLATE "C" NOT NULL,
	"name" text COLLATE "C" NOT NULL,
	"position" bigint NOT NULL,
	"body" jsonb NOT NULL,
	"created_at" bigint NOT NULL,
	"updated_at" bigint NOT NULL,
	CONSTRAINT "metadef_entries_namespace_id_kind_name_pk" PRIMARY KEY("namespace_id","kind","name")
);
--> statement-breakpoint
CREATE TABLE "metadef_namespaces" (
	"id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"name" text COLLATE "C" NOT NULL,
	"display_name" text COLLATE "C",
	"description" text COLLATE "C",
	"visibility" text COLLATE "C" NOT NULL,
	"protected" boolean NOT NULL,
	"owner_id" text COLLATE "C" NOT NULL,
	"created_at" bigint NOT NULL,
	"updated_at" bigint NOT NULL,
	CONSTRAINT "metadef_namespaces_name_unique" UNIQUE("name")
);
--> statement-breakpoint
CREATE TABLE "metadef_resource_types" (
	"name" text COLLATE "C" PRIMARY KEY NOT NULL,
	"protected" boolean NOT NULL,
	"created_at" bigint NOT NULL,
	"updated_at" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "metadef_standard" (
	"name" text COLLATE "C" PRIMARY KEY NOT NULL,
	"loaded_at" bigint NOT NULL
);
--> statement-breakpoint
CREATE INDEX "metadef_entries_name" ON "metadef_entries" USING btree ("kind","name","namespace_id");--> statement-breakpoint
CREATE INDEX "metadef_namespaces_created" ON "metadef_namespaces" USING btree ("created_at","id");--> statement-breakpoint
CREATE INDEX "metadef_namespaces_owner" ON "metadef_namespaces" USING btree ("owner_id","created_at","id");--> statement-breakpoint
CREATE INDEX "metadef_namespaces_visibility" ON "metadef_namespaces" USING btree ("visibility","created_at","id");