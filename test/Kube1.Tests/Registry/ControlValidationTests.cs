using System.Text.Json.Nodes;
using Kube1.Api.Patches;
using Kube1.Testing;

namespace Kube1.Tests.Registry;

/// <summary>
/// The groups by which the cluster itself is governed (admission, extension, flow control, certificates, roles, leases,
/// priorities, runtimes): what is wrong with objects, in upstream's paths and words.
/// </summary>
[FixtureLifeCycle(LifeCycle.SingleInstance)]
public sealed class ControlValidationTests
{
    private const string Label1035 =
        "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and "
        + "end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is "
        + "'[a-z]([-a-z0-9]*[a-z0-9])?')";

    private RegistryServer _server = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _server = await RegistryServer.StartAsync();

    [OneTimeTearDown]
    public async Task StopAsync() => await _server.DisposeAsync();

    [TestCase("""{"name":"short.com"}""",
        "webhooks[0].name: Invalid value: \"short.com\": should be a domain with at least three segments separated by dots")]
    [TestCase("""{"failurePolicy":"Shrug","matchPolicy":"Loose","sideEffects":"Some","timeoutSeconds":31}""",
        "webhooks[0].failurePolicy: Unsupported value: \"Shrug\": supported values: \"Fail\", \"Ignore\"",
        "webhooks[0].matchPolicy: Unsupported value: \"Loose\": supported values: \"Equivalent\", \"Exact\"",
        "webhooks[0].sideEffects: Unsupported value: \"Some\": supported values: \"None\", \"NoneOnDryRun\"",
        "webhooks[0].timeoutSeconds: Invalid value: 31: the timeout value must be between 1 and 30 seconds")]
    [TestCase("""{"sideEffects":null}""",
        "webhooks[0].sideEffects: Required value: must specify one of None, NoneOnDryRun")]
    [TestCase("""{"clientConfig":{"url":null}}""",
        "webhooks[0].clientConfig: Required value: exactly one of url or service is required")]
    [TestCase("""{"clientConfig":{"url":"http://u@example.com/x?y#z"}}""",
        "webhooks[0].clientConfig.url: Invalid value: \"http\": 'https' is the only allowed URL scheme; desired format: "
        + "https://host[/path]",
        "webhooks[0].clientConfig.url: Invalid value: \"u\": user information is not permitted in the URL",
        "webhooks[0].clientConfig.url: Invalid value: \"z\": fragments are not permitted in the URL",
        "webhooks[0].clientConfig.url: Invalid value: \"y\": query parameters are not permitted in the URL")]
    [TestCase("""{"clientConfig":{"url":null,"service":{"name":"s","namespace":"n","path":"a//b","port":70000}}}""",
        "webhooks[0].clientConfig.service.port: Invalid value: 70000: port is not valid: must be between 1 and 65535, inclusive",
        "webhooks[0].clientConfig.service.path: Invalid value: \"a//b\": must start with a '/'",
        "webhooks[0].clientConfig.service.path: Invalid value: \"a//b\": segment[0] may not be empty",
        "webhooks[0].clientConfig.service.path: Invalid value: \"a//b\": segment[1] may not be empty")]
    [TestCase("""{"admissionReviewVersions":["v2","v2"]}""",
        "webhooks[0].admissionReviewVersions[1]: Invalid value: \"v2\": duplicate version",
        "webhooks[0].admissionReviewVersions: Invalid value: [\"v2\",\"v2\"]: must include at least one of v1, v1beta1")]
    [TestCase("""
        {"rules":[{"operations":["*","WATCH"],"apiGroups":[],"apiVersions":[""],"resources":["*","pods","a/*","a/b"],
        "scope":"Local"}]}
        """,
        "webhooks[0].rules[0].operations: Invalid value: [\"*\",\"WATCH\"]: if '*' is present, must not specify other operations",
        "webhooks[0].rules[0].operations[1]: Unsupported value: \"WATCH\": supported values: \"*\", \"CONNECT\", \"CREATE\", "
        + "\"DELETE\", \"UPDATE\"",
        "webhooks[0].rules[0].apiGroups: Required value", "webhooks[0].rules[0].apiVersions[0]: Required value",
        "webhooks[0].rules[0].resources[3]: Invalid value: \"a/b\": if 'a/*' is present, must not specify a/b",
        "webhooks[0].rules[0].resources: Invalid value: [\"*\",\"pods\",\"a/*\",\"a/b\"]: if '*' is present, must not specify "
        + "other resources without subresources",
        "webhooks[0].rules[0].scope: Unsupported value: \"Local\": supported values: \"*\", \"Cluster\", \"Namespaced\"")]
    [TestCase("""{"matchConditions":[{"name":"a","expression":" "},{"name":"a","expression":"true"},{"name":"","expression":"x"}]}""",
        "webhooks[0].matchConditions[0].expression: Required value", "webhooks[0].matchConditions[1].name: Duplicate value: \"a\"",
        "webhooks[0].matchConditions[2].expression: Invalid value: \"x\": compilation failed: ERROR: <input>:1:1: undeclared "
        + "reference to 'x' (in container '')\n | x\n | ^",
        "webhooks[0].matchConditions[2].name: Required value")]
    public async Task Create_Webhook_Causes(string webhook, params string[] causes)
    {
        var smallest = SmallestObjects.Of(RegistryServer.Find("validatingwebhookconfigurations").Resource.GroupResource);
        var merged = JsonMergePatch.Apply(smallest["webhooks"]![0]!, JsonNode.Parse(webhook));

        var errors = await _server.CreateAsync(
            "validatingwebhookconfigurations", "{\"webhooks\":[" + merged.ToJsonString() + "]}");

        Assert.That(errors, Is.EqualTo(causes));
    }

    [TestCase("validatingadmissionpolicies", """{"spec":{"matchConstraints":null,"validations":[]}}""",
        "spec.matchConstraints: Required value",
        "spec.validations: Required value: validations or auditAnnotations must contain at least one item",
        "spec.auditAnnotations: Required value: validations or auditAnnotations must contain at least one item")]
    [TestCase("validatingadmissionpolicies", """
        {"spec":{"paramKind":{"apiVersion":"a/b/c","kind":"K"},"variables":[{"name":"a-b","expression":""}],
        "validations":[{"expression":"","message":"a\nb","reason":"Why"}]}}
        """,
        "spec.paramKind.apiVersion: Invalid value: \"a/b/c\": unexpected GroupVersion string: a/b/c",
        "spec.variables[0].name: Invalid value: \"a-b\": name is not a valid CEL identifier",
        "spec.variables[0].expression: Required value: expression is not specified",
        "spec.validations[0].expression: Required value: expression is not specified",
        "spec.validations[0].message: Invalid value: \"a\\nb\": message must not contain line breaks",
        "spec.validations[0].reason: Unsupported value: \"Why\": supported values: \"Forbidden\", \"Invalid\", "
        + "\"RequestEntityTooLarge\"")]
    [TestCase("validatingadmissionpolicybindings", """{"spec":{"validationActions":["Deny","Warn","Deny"],"paramRef":{}}}""",
        "spec.paramRef: Required value: one of name or selector must be specified",
        "spec.paramRef.parameterNotFoundAction: Required value", "spec.validationActions[2]: Duplicate value: \"Deny\"",
        "spec.validationActions: Invalid value: [\"Deny\",\"Warn\",\"Deny\"]: must not contain both Deny and Warn (repeating the "
        + "same validation failure information in the API response and headers serves no purpose)")]
    [TestCase("validatingadmissionpolicybindings", """{"spec":{"policyName":"","validationActions":null}}""",
        "spec.policyName: Required value", "spec.validationActions: Required value: at least one validation action is required")]
    [TestCase("mutatingadmissionpolicies", """{"spec":{"reinvocationPolicy":null,"mutations":[]}}""",
        "spec.mutations: Required value: mutations must contain at least one item", "spec.reinvocationPolicy: Required value")]
    [TestCase("apiservices", """{"metadata":{"name":"x"},"spec":{"groupPriorityMinimum":0,"versionPriority":1001}}""",
        "metadata.name: Invalid value: \"x\": must be `spec.version+\".\"+spec.group`: \"v1.swept.example.com\"",
        "spec.groupPriorityMinimum: Invalid value: 0: must be positive and less than 20000",
        "spec.versionPriority: Invalid value: 1001: must be positive and less than 1000")]
    [TestCase("apiservices", """{"spec":{"service":null,"insecureSkipTLSVerify":true}}""",
        "spec.insecureSkipTLSVerify: Invalid value: true: local APIServices may not have insecureSkipTLSVerify")]
    [TestCase("customresourcedefinitions", """{"metadata":{"name":"x.example.com"}}""",
        "metadata.name: Invalid value: \"x.example.com\": must be spec.names.plural+\".\"+spec.group")]
    [TestCase("customresourcedefinitions", """{"metadata":{"name":"sweeps.local"},"spec":{"group":"local","scope":"World"}}""",
        "spec.group: Invalid value: \"local\": should be a domain with at least one dot",
        "spec.scope: Unsupported value: \"World\": supported values: \"Cluster\", \"Namespaced\"")]
    [TestCase("customresourcedefinitions", """{"spec":{"versions":[{"name":"1","served":true,"storage":false}]}}""",
        "spec.versions[0].schema.openAPIV3Schema: Required value",
        "spec.versions[0].name: Invalid value: \"1\": " + Label1035,
        "spec.versions: Invalid value: [{\"Name\":\"1\",\"Served\":true,\"Storage\":false,\"Deprecated\":false,"
        + "\"DeprecationWarning\":null,\"Schema\":null,\"Subresources\":null,\"AdditionalPrinterColumns\":null,"
        + "\"SelectableFields\":null}]: must have exactly one version marked as storage version",
        "spec.version: Invalid value: \"1\": " + Label1035,
        "status.storedVersions: Invalid value: null: must have at least one stored version")]
    [TestCase("customresourcedefinitions", """{"spec":{"names":{"kind":"Sweep","listKind":"Sweep","shortNames":["S"]}}}""",
        "spec.names.shortNames[0]: Invalid value: \"S\": " + Label1035,
        "spec.names.listKind: Invalid value: \"Sweep\": kind and listKind may not be the same")]
    [TestCase("customresourcedefinitions", """{"spec":{"conversion":{"strategy":"Webhook"}}}""",
        "spec.conversion.webhookClientConfig: Required value: required when strategy is set to Webhook",
        "spec.conversion.conversionReviewVersions: Required value")]
    [TestCase("customresourcedefinitions", """{"metadata":{"name":"sweeps.x.k8s.io"},"spec":{"group":"x.k8s.io"}}""",
        "metadata.annotations[api-approved.kubernetes.io]: Required value: protected groups must have approval annotation "
        + "\"api-approved.kubernetes.io\", see https://github.com/kubernetes/enhancements/pull/1111")]
    [TestCase("flowschemas", """
        {"spec":{"matchingPrecedence":1,"priorityLevelConfiguration":{"name":""},
        "distinguisherMethod":{"type":"ByMood"},"rules":[{"subjects":[]}]}}
        """,
        "spec.matchingPrecedence: Invalid value: 1: only the schema named 'exempt' may have matchingPrecedence 1",
        "spec.distinguisherMethod.type: Unsupported value: {\"type\":\"ByMood\"}: supported values: \"ByNamespace\", \"ByUser\"",
        "spec.priorityLevelConfiguration.name: Required value: must reference a priority level",
        "spec.rules[0].subjects: Required value: subjects must contain at least one value",
        "spec.rules[0]: Required value: at least one of resourceRules and nonResourceRules has to be non-empty")]
    [TestCase("flowschemas", """
        {"spec":{"rules":[{"subjects":[{"kind":"User","group":{"name":"g"}},{"kind":"Robot"}],"resourceRules":[{"verbs":["*",
        "get"],"apiGroups":["*"],"resources":["*"]}],"nonResourceRules":[{"verbs":["look"],"nonResourceURLs":["a","/b/*c"]}]}]}}
        """,
        "spec.rules[0].subjects[0].user: Required value: user is required when subject kind is 'User'",
        "spec.rules[0].subjects[0].group: Forbidden: group is forbidden when subject kind is not 'Group'",
        "spec.rules[0].subjects[1].kind: Unsupported value: \"Robot\": supported values: \"Group\", \"ServiceAccount\", \"User\"",
        "spec.rules[0].resourceRules[0].verbs: Invalid value: [\"*\",\"get\"]: if '*' is present, must not specify other verbs",
        "spec.rules[0].resourceRules[0].namespaces: Required value: resource rules that are not cluster scoped must supply at "
        + "least one namespace",
        "spec.rules[0].nonResourceRules[0].verbs: Unsupported value: [\"look\"]: supported values: \"create\", \"delete\", "
        + "\"deletecollection\", \"get\", \"list\", \"patch\", \"proxy\", \"update\", \"watch\"",
        "spec.rules[0].nonResourceRules[0].nonResourceURLs[0]: Invalid value: \"a\": must start with slash",
        "spec.rules[0].nonResourceRules[0].nonResourceURLs[1]: Invalid value: \"/b/*c\": wildcard can only do suffix matching")]
    [TestCase("prioritylevelconfigurations", """{"spec":{"type":"Exempt","limited":null}}""",
        "spec.type: Invalid value: \"Exempt\": type must be 'Exempt' if and only if `name` is 'exempt'")]
    [TestCase("prioritylevelconfigurations", """
        {"spec":{"limited":{"nominalConcurrencyShares":-1,"lendablePercent":101,"borrowingLimitPercent":-1,
        "limitResponse":{"type":"Queue","queuing":{"queues":4,"handSize":8}}}}}
        """,
        "spec.limited.nominalConcurrencyShares: Invalid value: -1: must be a non-negative integer",
        "spec.limited.limitResponse.queuing.handSize: Invalid value: 8: should not be greater than queues (4)",
        "spec.limited.lendablePercent: Invalid value: 101: must be between 0 and 100, inclusive",
        "spec.limited.borrowingLimitPercent: Invalid value: -1: if specified, must be a non-negative integer")]
    [TestCase("certificatesigningrequests", """{"spec":{"request":"YQ==","signerName":"x","usages":["a","a"],"expirationSeconds":1}}""",
        "spec.request: Invalid value: \"YQ==\": PEM block type must be CERTIFICATE REQUEST",
        "spec.usages[0]: Unsupported value: \"a\": supported values: " + Usages,
        "spec.usages[1]: Unsupported value: \"a\": supported values: " + Usages, "spec.usages[1]: Duplicate value: \"a\"",
        "spec.signerName: Invalid value: \"x\": must be a fully qualified domain and path of the form 'example.com/signer-name'",
        "spec.expirationSeconds: Invalid value: 1: may not specify a duration less than 600 seconds (10 minutes)")]
    [TestCase("certificatesigningrequests", """{"spec":{"signerName":"kubernetes.io/legacy-unknown","usages":[]}}""",
        "spec.usages: Required value",
        "spec.signerName: Invalid value: \"kubernetes.io/legacy-unknown\": the legacy signerName is not allowed via this API "
        + "version")]
    [TestCase("clusterroles", """{"aggregationRule":{"clusterRoleSelectors":[]}}""",
        "aggregationRule.clusterRoleSelectors: Required value: at least one clusterRoleSelector required if aggregationRule is "
        + "non-nil")]
    [TestCase("roles", """{"rules":[{"verbs":[],"resources":["pods"]}]}""",
        "rules[0].verbs: Required value: verbs must contain at least one value",
        "rules[0].apiGroups: Required value: resource rules must supply at least one api group")]
    [TestCase("rolebindings", """{"roleRef":{"apiGroup":"x","kind":"Rolle","name":""}}""",
        "roleRef.apiGroup: Unsupported value: \"x\": supported values: \"rbac.authorization.k8s.io\"",
        "roleRef.kind: Unsupported value: \"Rolle\": supported values: \"Role\", \"ClusterRole\"", "roleRef.name: Required value")]
    [TestCase("clusterrolebindings", """
        {"subjects":[{"kind":"User","name":""},{"kind":"ServiceAccount","name":"s"},{"kind":"Robot","name":"r"}]}
        """,
        "subjects[0].name: Required value", "subjects[0].name: Invalid value: \"\": user name cannot be empty",
        "subjects[1].namespace: Required value",
        "subjects[2].kind: Unsupported value: \"Robot\": supported values: \"ServiceAccount\", \"User\", \"Group\"")]
    [TestCase("leases", """{"spec":{"leaseTransitions":-1,"strategy":"Luck","preferredHolder":"h"}}""",
        "spec.leaseTransitions: Invalid value: -1: must be greater than or equal to 0",
        "spec.strategy: Unsupported value: \"Luck\": supported values: \"OldestEmulationVersion\"")]
    [TestCase("leases", """{"spec":{"preferredHolder":"h"}}""",
        "spec.preferredHolder: Forbidden: may only be specified if `strategy` is defined")]
    [TestCase("priorityclasses", """{"metadata":{"name":"system-x"},"preemptionPolicy":"Sometimes"}""",
        "metadata.name: Forbidden: priority class names with 'system-' prefix are reserved for system use only. error: system-x "
        + "is not a known system priority class",
        "preemptionPolicy: Unsupported value: \"Sometimes\": supported values: \"PreemptLowerPriority\", \"Never\"")]
    [TestCase("runtimeclasses", """
        {"handler":"A","scheduling":{"nodeSelector":{"a b":"c"},"tolerations":[{"key":"k","operator":"Exists"},
        {"key":"k","operator":"Exists"}]}}
        """,
        "handler: Invalid value: \"A\": a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and "
        + "must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is "
        + "'[a-z0-9]([-a-z0-9]*[a-z0-9])?')",
        "scheduling.nodeSelector: Invalid value: \"a b\": name part must consist of alphanumeric characters, '-', '_' or '.', and "
        + "must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for "
        + "validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')",
        "scheduling.tolerations[1]: Duplicate value: {\"key\":\"k\",\"operator\":\"Exists\"}")]
    public async Task Create_Control_Causes(string resource, string patch, params string[] causes) =>
        Assert.That(await _server.CreateAsync(resource, patch), Is.EqualTo(causes));

    private const string Usages =
        "\"any\", \"cert sign\", \"client auth\", \"code signing\", \"content commitment\", \"crl sign\", \"data encipherment\", "
        + "\"decipher only\", \"digital signature\", \"email protection\", \"encipher only\", \"ipsec end system\", \"ipsec "
        + "tunnel\", \"ipsec user\", \"key agreement\", \"key encipherment\", \"microsoft sgc\", \"netscape sgc\", \"ocsp "
        + "signing\", \"s/mime\", \"server auth\", \"signing\", \"timestamping\"";

    [TestCase("rolebindings", "{}", """{"roleRef":{"name":"edit"}}""",
        "roleRef: Invalid value: {\"apiGroup\":\"rbac.authorization.k8s.io\",\"kind\":\"ClusterRole\",\"name\":\"edit\"}: cannot "
        + "change roleRef")]
    [TestCase("runtimeclasses", "{}", """{"handler":"other"}""", "handler: Invalid value: \"other\": field is immutable")]
    [TestCase("priorityclasses", """{"value":1}""", """{"value":2,"preemptionPolicy":"Never"}""",
        "value: Forbidden: may not be changed in an update.", "preemptionPolicy: Invalid value: \"Never\": field is immutable")]
    [TestCase("customresourcedefinitions", "{}", """{"spec":{"names":{"plural":"brooms"}}}""",
        "spec.names.plural: Invalid value: \"brooms\": field is immutable")]
    public async Task Update_Control_Causes(string resource, string stored, string change, params string[] causes) =>
        Assert.That(await _server.UpdateAsync(resource, stored, change), Is.EqualTo(causes));

    [TestCase("status", """{"status":{"certificate":"YQ=="}}""",
        "status.certificate: Invalid value: \"<certificate data>\": must contain at least one CERTIFICATE PEM block")]
    [TestCase("approval", """{"status":{"conditions":[{"type":"Approved","status":"False"}]}}""",
        "status.conditions[0].status: Unsupported value: \"False\": supported values: \"True\"")]
    [TestCase("approval", """{"status":{"conditions":[{"type":"Approved","status":"True"},{"type":"Denied","status":"True"}]}}""",
        "status.conditions[1].type: Invalid value: \"Denied\": Approved and Denied conditions are mutually exclusive")]
    public async Task UpdateSubresource_SigningRequest_Causes(string subresource, string change, params string[] causes) =>
        Assert.That(await _server.UpdateAsync("certificatesigningrequests", "{}", change, subresource), Is.EqualTo(causes));
}
