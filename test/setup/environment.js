// What a person has set for their own runs must not change the outcome of a test.
for (const name of Object.keys(process.env)) if (/^ETL_(?!REQUIRE_SUITES|SERVER_|TEST_)/.test(name)) delete process.env[name];
