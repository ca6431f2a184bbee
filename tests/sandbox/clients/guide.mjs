// The six steps of AWS's guide with the JavaScript SDK, twice over, then four segments; prints what came of it as JSON.
// Usage: node guide.mjs DOMAIN GUIDE_JSON, with AWS_ENDPOINT_URL, AWS_REGION and credentials in the environment.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import {
  CreateDomainCommand,
  CreateSegmentDefinitionCommand,
  CreateSegmentEstimateCommand,
  CreateUploadJobCommand,
  CustomerProfilesClient,
  GetSegmentEstimateCommand,
  GetUploadJobCommand,
  GetUploadJobPathCommand,
  StartUploadJobCommand,
  paginateListSegmentDefinitions,
} from "@aws-sdk/client-customer-profiles";

const [DomainName, guidePath] = process.argv.slice(2);
const guide = JSON.parse(readFileSync(guidePath, "utf8"));
const client = new CustomerProfilesClient({});
const call = (Command, input) => client.send(new Command({ DomainName, ...input }));

async function until(isDone, read) {
  const deadline = Date.now() + 30_000;
  for (;;) {
    const answer = await read();
    if (isDone(answer)) return answer;
    if (Date.now() > deadline) throw new Error(`still ${answer.Status} after 30 s`);
    await sleep(100);
  }
}

async function putCsv({ Url, ClientToken }) {
  const key = Buffer.from(ClientToken, "base64");
  const answer = await fetch(Url, {
    method: "PUT",
    body: guide.csv.join("\n") + "\n",
    headers: {
      "x-amz-server-side-encryption-customer-algorithm": "AES256",
      "x-amz-server-side-encryption-customer-key": ClientToken,
      "x-amz-server-side-encryption-customer-key-MD5": createHash("md5").update(key).digest("base64"),
    },
  });
  if (answer.status !== 200) throw new Error(`the PUT was answered ${answer.status}: ${await answer.text()}`);
}

async function upload() {
  const { JobId } = await call(CreateUploadJobCommand, {
    DisplayName: "assets.csv",
    Fields: guide.fields,
    UniqueKey: guide.unique_key,
  });
  await putCsv(await call(GetUploadJobPathCommand, { JobId }));
  const before = await call(GetUploadJobCommand, { JobId });
  await call(StartUploadJobCommand, { JobId });
  const after = await until(
    (job) => job.Status !== "CREATED" && job.Status !== "IN_PROGRESS",
    () => call(GetUploadJobCommand, { JobId }),
  );
  const { CreatedRecords, UpdatedRecords, FailedRecords } = after.ResultsSummary;
  return {
    job_id: JobId,
    statuses: [before.Status, after.Status],
    records: [CreatedRecords, UpdatedRecords, FailedRecords],
  };
}

async function createSegment(name, attributes) {
  const SegmentGroups = {
    Groups: [{ Dimensions: [{ ProfileAttributes: attributes }], SourceType: "ALL", Type: "ALL" }],
    Include: "ALL",
  };
  await call(CreateSegmentDefinitionCommand, { SegmentDefinitionName: name, DisplayName: name, SegmentGroups });
  const { EstimateId } = await call(CreateSegmentEstimateCommand, { SegmentQuery: SegmentGroups });
  const estimate = await until(
    (answer) => answer.Status !== "RUNNING",
    () => call(GetSegmentEstimateCommand, { EstimateId }),
  );
  return estimate.Estimate;
}

await call(CreateDomainCommand, { DefaultExpirationDays: 30 });
const uploads = [await upload(), await upload()];
const estimates = {};
for (const [name, attributes] of Object.entries(guide.segments)) {
  estimates[name] = await createSegment(name, attributes);
}
const segments = [];
for await (const page of paginateListSegmentDefinitions({ client, pageSize: 3 }, { DomainName })) {
  segments.push(...page.Items.map((item) => item.SegmentDefinitionName));
}
console.log(JSON.stringify({ uploads, segments: segments.sort(), estimates }));
