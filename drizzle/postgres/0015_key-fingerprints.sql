CREATE TABLE "key_fingerprints" (
	"name" text COLLATE "C" PRIMARY KEY NOT NULL,
	"fingerprint" text COLLATE "C" NOT NULL,
	"since" bigint NOT NULL
);
