"""Makes CloudFormation stacks on a server of AWS's APIs and tells what tables came of them.

Each line of the input is a stack as JSON: a name, the path of a template, parameters, functions that have to be there.
Each line of the output is what is told of it, in the same order.
"""

import io
import json
import sys
import zipfile

import boto3

ENDPOINT, REGION = sys.argv[1:]


def client(service):
    return boto3.client(
        service,
        endpoint_url=ENDPOINT,
        region_name=REGION,
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )


def role():
    """The role of every function."""
    trust = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "lambda.amazonaws.com"},
                "Action": "sts:AssumeRole",
            }
        ],
    }
    made = client("iam").create_role(
        RoleName="functions", AssumeRolePolicyDocument=json.dumps(trust)
    )
    return made["Role"]["Arn"]


def code():
    """A function that does nothing."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as files:
        files.writestr("main.py", "def handle(event, context):\n    return {}\n")
    return archive.getvalue()


def ensure(functions, made, arn):
    for function in functions:
        name = function.rsplit(":", 1)[-1]
        if name in made:
            continue
        client("lambda").create_function(
            FunctionName=name,
            Runtime="python3.12",
            Role=arn,
            Handler="main.handle",
            Code={"ZipFile": code()},
        )
        made.add(name)


def table(stack):
    """What CloudFormation made, and what DynamoDB says of the table."""
    formation, dynamodb = client("cloudformation"), client("dynamodb")
    with open(stack["template"], encoding="utf-8") as file:
        formation.create_stack(
            StackName=stack["name"],
            TemplateBody=file.read(),
            Capabilities=["CAPABILITY_IAM"],
            Parameters=[
                {"ParameterKey": key, "ParameterValue": value}
                for key, value in stack["parameters"].items()
            ],
        )
    said = formation.describe_stacks(StackName=stack["name"])["Stacks"][0]
    resources = formation.list_stack_resources(StackName=stack["name"])
    name = next(o["OutputValue"] for o in said["Outputs"] if o["OutputKey"] == "TableName")
    mappings = client("lambda").list_event_source_mappings()["EventSourceMappings"]
    return {
        "status": said["StackStatus"],
        "exports": sorted(o["ExportName"] for o in said["Outputs"]),
        "resources": sorted(
            {r["ResourceType"] for r in resources["StackResourceSummaries"]}
        ),
        "table": dynamodb.describe_table(TableName=name)["Table"],
        "tags": dynamodb.list_tags_of_resource(
            ResourceArn=dynamodb.describe_table(TableName=name)["Table"]["TableArn"]
        )["Tags"],
        "mappings": [
            m for m in mappings if f":table/{name}/" in m.get("EventSourceArn", "")
        ],
    }


def main():
    made, arn = set(), role()
    for line in sys.stdin:
        stack = json.loads(line)
        ensure(stack["functions"], made, arn)
        print(json.dumps(table(stack), default=str), flush=True)


main()
