namespace Kube1.Tests.ApiServer;

/// <summary>What the server makes of metadata that only it sets, and of names and namespaces that are not the URL's.</summary>
public sealed class SystemMetadataTests
{
    private const string ConfigMaps = "api/v1/namespaces/default/configmaps";
    private const string Merge = "application/merge-patch+json";

    private SecureCluster _cluster = null!;

    private HttpClient Http => _cluster.Admin;

    [OneTimeSetUp]
    public async Task OneTimeSetUp() => _cluster = await SecureCluster.StartAsync();

    [OneTimeTearDown]
    public async Task OneTimeTearDown() => await _cluster.DisposeAsync();

    [SetUp]
    public async Task SetUp() => await _cluster.CreateAsync(ConfigMaps, ApiTestClient.ConfigMap("a"));

    [TearDown]
    public async Task TearDown() => await Http.SendAsync("DELETE", ConfigMaps + "/a");

    [Test]
    public async Task Update_OtherCreationTimestamp_IsPassedOver()
    {
        var (_, before) = await Http.SendAsync("GET", ConfigMaps + "/a");
        var changed = before.DeepClone().AsObject();
        changed["metadata"]!["creationTimestamp"] = "2001-01-01T00:00:00Z";

        var (code, updated) = await Http.SendAsync("PUT", ConfigMaps + "/a", changed.ToJsonString());
        var (patchCode, patched) = await Http.SendAsync(
            "PATCH", ConfigMaps + "/a", """{"metadata":{"creationTimestamp":"2001-01-01T00:00:00Z"}}""", Merge);

        Assert.That((code, patchCode), Is.EqualTo((200, 200)));
        Assert.That(updated.ToJsonString(), Is.EqualTo(before.ToJsonString()));
        Assert.That(patched.ToJsonString(), Is.EqualTo(before.ToJsonString()));
    }

    [TestCase("deletionTimestamp", "\"2026-01-01T00:00:00Z\"")]
    [TestCase("deletionGracePeriodSeconds", "5")]
    public async Task Update_MarkOfDeletion_IsRefused(string field, string value)
    {
        var (code, answer) = await Http.SendAsync(
            "PATCH", ConfigMaps + "/a", "{\"metadata\":{\"" + field + "\":" + value + "}}", Merge);

        Assert.That((code, answer.Text("message")), Is.EqualTo((
            422, $"ConfigMap \"a\" is invalid: metadata.{field}: Invalid value: {value}: field is immutable")));
    }

    [Test]
    public async Task Update_OfAMarkedObject_KeepsTheMark()
    {
        await Http.SendAsync("PATCH", ConfigMaps + "/a", """{"metadata":{"finalizers":["example.com/a"]}}""", Merge);
        await Http.SendAsync("DELETE", ConfigMaps + "/a");
        var (_, before) = await Http.SendAsync("GET", ConfigMaps + "/a");

        var (code, patched) = await Http.SendAsync(
            "PATCH", ConfigMaps + "/a",
            """{"metadata":{"deletionTimestamp":"2001-01-01T00:00:00Z","deletionGracePeriodSeconds":null}}""", Merge);
        var (graceCode, status) = await Http.SendAsync(
            "PATCH", ConfigMaps + "/a", """{"metadata":{"deletionGracePeriodSeconds":7}}""", Merge);
        await Http.SendAsync("PATCH", ConfigMaps + "/a", """{"metadata":{"finalizers":null}}""", Merge);

        Assert.That(before.Text("metadata.deletionGracePeriodSeconds"), Is.EqualTo("0"));
        Assert.That(code, Is.EqualTo(200), patched.ToJsonString());
        foreach (var field in new[] { "metadata.deletionTimestamp", "metadata.deletionGracePeriodSeconds" })
        {
            Assert.That(patched.Text(field), Is.EqualTo(before.Text(field)).And.Not.Empty);
        }

        Assert.That((graceCode, status.Text("details.causes.0.field")), Is.EqualTo((422, "metadata.deletionGracePeriodSeconds")));
        Assert.That((await Http.SendAsync("GET", ConfigMaps + "/a")).Code, Is.EqualTo(404), "the last finalizer went");
    }

    [Test]
    public async Task Create_WithAResourceVersion_IsRefusedAfterValidation()
    {
        var (code, status) = await Http.SendAsync("POST", ConfigMaps, """{"metadata":{"name":"b","resourceVersion":"7"}}""");
        var (invalidCode, invalid) = await Http.SendAsync("POST", ConfigMaps, """{"metadata":{"name":"B","resourceVersion":"7"}}""");

        Assert.That((code, status.Text("message"), status.Text("reason")), Is.EqualTo((
            500, "resourceVersion should not be set on objects to be created", "")));
        Assert.That((invalidCode, invalid.Text("reason")), Is.EqualTo((422, "Invalid")));
    }

    [Test]
    public async Task Update_NamespaceOfNoOrAnotherOne_IsDroppedOrRefused()
    {
        await _cluster.CreateAsync("api/v1/persistentvolumes", """
            {"metadata":{"name":"v"},"spec":{"accessModes":["ReadWriteOnce"],"capacity":{"storage":"1Gi"},"hostPath":{"path":"/x"}}}
            """);
        var (code, patched) = await Http.SendAsync(
            "PATCH", "api/v1/persistentvolumes/v", """{"metadata":{"namespace":"other","labels":{"a":"b"}}}""", Merge);
        var (otherCode, other) = await Http.SendAsync(
            "PUT", ConfigMaps + "/a", """{"metadata":{"name":"b","namespace":"other"}}""");

        Assert.That(code, Is.EqualTo(200), patched.ToJsonString());
        Assert.That(patched["metadata"]!.AsObject().ContainsKey("namespace"), Is.False);
        Assert.That((otherCode, other.Text("message")), Is.EqualTo((
            400, "the namespace of the provided object does not match the namespace sent on the request")));
    }
}
