namespace Kube1.Tests.Registry;

/// <summary>Group resource.k8s.io: what is wrong with objects, in upstream's paths and words.</summary>
[FixtureLifeCycle(LifeCycle.SingleInstance)]
public sealed class DeviceValidationTests
{
    private const string Device = "{\"spec\":{\"devices\":[{\"name\":\"d\",";

    private RegistryServer _server = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _server = await RegistryServer.StartAsync();

    [OneTimeTearDown]
    public async Task StopAsync() => await _server.DisposeAsync();

    [TestCase("""{"requests":[{"name":"r"}]}""",
        "spec.devices.requests[0]: Required value: exactly one of `exactly` or `firstAvailable` is required")]
    [TestCase("""{"requests":[{"name":"r","exactly":{"deviceClassName":"","allocationMode":"All","count":2}}]}""",
        "spec.devices.requests[0].exactly.deviceClassName: Required value",
        "spec.devices.requests[0].exactly.count: Invalid value: 2: must not be specified when allocationMode is 'All'")]
    [TestCase("""
        {"requests":[{"name":"r","exactly":{"deviceClassName":"c","allocationMode":"Some","selectors":[{}],
        "tolerations":[{"operator":"Exists","value":"v","effect":"Never"}]}},{"name":"r","exactly":{"deviceClassName":"c"}}]}
        """,
        "spec.devices.requests[0].exactly.selectors[0].cel: Required value",
        "spec.devices.requests[0].exactly.allocationMode: Unsupported value: \"Some\": supported values: \"All\", \"ExactCount\"",
        "spec.devices.requests[0].exactly.tolerations[0].value: Invalid value: \"v\": must be empty for operator `Exists`",
        "spec.devices.requests[0].exactly.tolerations[0].effect: Unsupported value: \"Never\": supported values: \"NoExecute\", "
        + "\"NoSchedule\", \"None\"",
        "spec.devices.requests[1]: Duplicate value: \"r\"")]
    [TestCase("""
        {"requests":[{"name":"r","firstAvailable":[{"name":"s","deviceClassName":"c"}]}],
        "constraints":[{"requests":["r/s","x"],"matchAttribute":"model"}],"config":[{"requests":["r"]}]}
        """,
        "spec.devices.constraints[0].requests[1]: Invalid value: \"x\": must be the name of a request in the claim or the name of "
        + "a request and a subrequest separated by '/'",
        "spec.devices.constraints[0].matchAttribute: Invalid value: \"model\": a fully qualified name must be a domain and a name "
        + "separated by a slash",
        "spec.devices.config[0].opaque: Required value")]
    [TestCase("""{"config":[{"opaque":{"driver":"","parameters":[]}}]}""",
        "spec.devices.config[0].opaque.driver: Required value",
        "spec.devices.config[0].opaque.parameters: Invalid value: \"<value omitted>\": must be a valid JSON object")]
    public async Task Create_Claim_Causes(string devices, params string[] causes) => Assert.That(
        await _server.CreateAsync("resourceclaims", "{\"spec\":{\"devices\":" + devices + "}}"), Is.EqualTo(causes));

    [TestCase("""{"spec":{"nodeName":null}}""",
        "spec: Required value: exactly one of `nodeName`, `nodeSelector`, `allNodes`, `perDeviceNodeSelection` is required")]
    [TestCase("""{"spec":{"allNodes":true}}""",
        "spec: Invalid value: \"{`nodeName`, `allNodes`}\": exactly one of `nodeName`, `nodeSelector`, `allNodes`, "
        + "`perDeviceNodeSelection` is required, but multiple fields are set")]
    [TestCase("""{"spec":{"driver":"","pool":{"name":"a//b","resourceSliceCount":0,"generation":-1}}}""",
        "spec.driver: Required value",
        "spec.pool.name: Invalid value: \"\": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, "
        + "'-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is "
        + "'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')",
        "spec.pool.resourceSliceCount: Invalid value: 0: must be greater than zero",
        "spec.pool.generation: Invalid value: -1: must be greater than or equal to zero")]
    [TestCase(Device + "\"attributes\":{\"a\":{\"strings\":[\"b\"]}}}]}}",
        "spec.devices[0].attributes[a]: Invalid value: \"\": exactly one value must be specified")]
    [TestCase(Device + "\"attributes\":{\"a\":{}}},{\"name\":\"d\"}]}}",
        "spec.devices[0].attributes[a]: Invalid value: \"\": exactly one value must be specified",
        "spec.devices[1]: Duplicate value: \"d\"")]
    [TestCase(Device + "\"attributes\":{\"b/c\":{\"version\":\"1\"}},\"nodeName\":\"n\"}]}}",
        "spec.devices[0].attributes[b/c].version: Invalid value: \"1\": must be a string compatible with semver.org spec 2.0.0",
        "spec.devices[0]: Invalid value: null: `nodeName`, `nodeSelector` and `allNodes` can only be set if "
        + "`perDeviceNodeSelection` is set to true in the ResourceSlice spec")]
    [TestCase(Device + "\"taints\":[{\"key\":\"k\",\"effect\":\"\"}],\"capacity\":{\"m\":{\"value\":\"1\",\"requestPolicy\":{}}}}]}}",
        "spec.devices[0].capacity[m].requestPolicy: Forbidden: allowMultipleAllocations must be true",
        "spec.devices[0].taints[0].effect: Required value")]
    [TestCase(Device + "\"allowMultipleAllocations\":true,\"capacity\":{\"m\":{\"value\":\"10\",\"requestPolicy\":{\"default\":\"1\","
        + "\"validRange\":{\"min\":\"2\",\"max\":\"20\",\"step\":\"4\"}}}}}]}}",
        "spec.devices[0].capacity[m].requestPolicy.validRange.min: Invalid value: \"1\": default is less than min: 2",
        "spec.devices[0].capacity[m].requestPolicy.validRange.max: Invalid value: \"20\": max is larger than capacity value: 10",
        "spec.devices[0].capacity[m].requestPolicy.validRange.step: Invalid value: \"1\": value is not a multiple of a given step "
        + "(4) from (2)",
        "spec.devices[0].capacity[m].requestPolicy.validRange.step: Invalid value: \"20\": value is not a multiple of a given "
        + "step (4) from (2)")]
    [TestCase(Device + "\"bindingConditions\":[\"a\"],\"bindingFailureConditions\":[\"b\",\"a\"]}]}}",
        "spec.devices[0].bindingFailureConditions[1]: Invalid value: \"a\": bindingFailureConditions must not overlap with "
        + "bindingConditions")]
    [TestCase(Device + "\"bindingConditions\":[\"a\"]}]}}",
        "spec.devices[0].bindingFailureConditions: Invalid value: null: bindingFailureConditions are required to use "
        + "bindingConditions")]
    [TestCase("""{"spec":{"sharedCounters":[{"name":"s","counters":{}}]}}""", "spec.sharedCounters[0].counters: Required value")]
    public async Task Create_Slice_Causes(string patch, params string[] causes) =>
        Assert.That(await _server.CreateAsync("resourceslices", patch), Is.EqualTo(causes));

    [TestCase("""{"spec":{"extendedResourceName":"kubernetes.io/gpu"}}""",
        "spec.extendedResourceName: Invalid value: \"kubernetes.io/gpu\": must be a valid extended resource name")]
    [TestCase("""{"spec":{"selectors":[{"cel":null}]}}""", "spec.selectors[0].cel: Required value")]
    [TestCase("""
        {"spec":{"selectors":[{"cel":{"expression":"1"}},{"cel":{"expression":"device.other"}},
        {"cel":{"expression":"device.attributes.all(a, device.attributes.all(b, device.attributes.all(c, a + b + c != '')))"}}]}}
        """,
        "spec.selectors[0].cel.expression: Invalid value: \"1\": must evaluate to bool or the unknown type, not int",
        "spec.selectors[1].cel.expression: Invalid value: \"device.other\": compilation failed: ERROR: <input>:1:7: undefined "
        + "field 'other'\n | device.other\n | ......^",
        "spec.selectors[2].cel.expression: Forbidden: too complex, exceeds cost limit")]
    public async Task Create_Class_Causes(string patch, params string[] causes) =>
        Assert.That(await _server.CreateAsync("deviceclasses", patch), Is.EqualTo(causes));

    [TestCase("resourceclaims", """{"spec":{"devices":{"requests":[{"name":"r","exactly":{"deviceClassName":"c"}}]}}}""",
        "spec: Invalid value: {\"devices\":{\"requests\":[{\"name\":\"r\",\"exactly\":{\"deviceClassName\":\"c\","
        + "\"allocationMode\":\"ExactCount\",\"count\":1}}]}}: field is immutable")]
    [TestCase("resourceslices", """{"spec":{"driver":"other.example.com","nodeName":"m"}}""",
        "spec.driver: Invalid value: \"other.example.com\": field is immutable",
        "spec.nodeName: Invalid value: \"m\": field is immutable")]
    public async Task Update_Device_Causes(string resource, string change, params string[] causes) =>
        Assert.That(await _server.UpdateAsync(resource, "{}", change), Is.EqualTo(causes));

    [Test]
    public async Task UpdateStatus_ReservedWithoutAllocation_Causes() => Assert.That(
        await _server.UpdateAsync(
            "resourceclaims", "{}",
            """{"status":{"reservedFor":[{"resource":"pods","name":"p","uid":""}],"devices":[{"driver":"d","pool":"p","device":"x"}]}}""",
            "status"),
        Is.EqualTo(new[]
        {
            "status.reservedFor[0].uid: Required value",
            "status.devices[0]: Invalid value: \"d/p/x\": must be an allocated device in the claim",
            "status.reservedFor: Forbidden: may not be specified when `allocated` is not set",
        }));

    [Test]
    public async Task UpdateStatus_AllocationWithBindingConditions_Causes() => Assert.That(
        await _server.UpdateAsync(
            "resourceclaims", """{"spec":{"devices":{"requests":[{"name":"r","exactly":{"deviceClassName":"c"}}]}}}""",
            """
            {"status":{"allocation":{"devices":{"results":[{"request":"r","driver":"d","pool":"p","device":"x","shareID":"s",
            "bindingConditions":["a"],"bindingFailureConditions":["a"]}]}}}}
            """,
            "status"),
        Is.EqualTo(new[]
        {
            "status.allocation.devices.results[0].bindingFailureConditions[0]: Invalid value: \"a\": bindingFailureConditions must not "
            + "overlap with bindingConditions",
            "status.allocation.devices.results[0].shareID: Invalid value: \"s\": error validating uid: invalid UUID format",
        }));
}
