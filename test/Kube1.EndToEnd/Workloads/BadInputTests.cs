namespace Kube1.EndToEnd.Workloads;

/// <summary>What a user reads in the terminal when something is wrong with the input: kubectl's and upstream's own words.</summary>
[NonParallelizable]
public sealed class BadInputTests
{
    private const string Deployment = """
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: web}
        spec:
          replicas: 1
          selector: {matchLabels: {app: web}}
          template:
            metadata: {labels: {app: web}}
            spec: {containers: [{name: web, image: "web:v1"}]}
        """;

    [TestCase(
        "replicas: 1", "replicas: three",
        "Error from server (BadRequest): error when creating \"STDIN\": Deployment in version \"v1\" cannot be handled as a "
        + "Deployment: json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32\n")]
    [TestCase(
        "replicas: 1", "replica: 1",
        "Error from server (BadRequest): error when creating \"STDIN\": Deployment in version \"v1\" cannot be handled as a "
        + "Deployment: strict decoding error: unknown field \"spec.replica\"\n")]
    [TestCase(
        "labels: {app: web}", "labels: {app: other}",
        "The Deployment \"web\" is invalid: spec.template.metadata.labels: Invalid value: {\"app\":\"other\"}: "
        + "`selector` does not match template `labels`\n")]
    [TestCase(
        "name: web}\nspec", "name: Web}\nspec",
        "The Deployment \"Web\" is invalid: metadata.name: Invalid value: \"Web\": a lowercase RFC 1123 subdomain must "
        + "consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character "
        + "(e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')\n")]
    [TestCase(
        "kind: Deployment", "kind: Deploymint",
        "error: resource mapping not found for name: \"web\" namespace: \"\" from \"STDIN\": no matches for kind \"Deploymint\" in "
        + "version \"apps/v1\"\nensure CRDs are installed first\n")]
    [TestCase(
        "apiVersion: apps/v1", "apiVersion: example.com/v1",
        "error: resource mapping not found for name: \"web\" namespace: \"\" from \"STDIN\": no matches for kind \"Deployment\" in "
        + "version \"example.com/v1\"\nensure CRDs are installed first\n")]
    public async Task Create_WrongManifest_IsRefusedInUpstreamsWords(string right, string wrong, string expected)
    {
        var manifest = Deployment.Replace(right, wrong, StringComparison.Ordinal);
        var result = await WorkloadCluster.Cluster.TryKubectlAsync(["create", "-f", "-"], manifest);
        Assert.Multiple(() =>
        {
            Assert.That(manifest, Is.Not.EqualTo(Deployment));
            Assert.That(result.ExitCode, Is.EqualTo(1));
            Assert.That(result.Errors, Is.EqualTo(expected));
        });
    }

    [Test]
    public async Task Get_UnknownResource_IsRefused()
    {
        var result = await WorkloadCluster.Cluster.TryKubectlAsync("get", "widgets");
        Assert.That(result.Errors, Is.EqualTo("error: the server doesn't have a resource type \"widgets\"\n"));
    }

    [Test]
    public async Task Replace_StaleResourceVersion_IsAConflict()
    {
        await using var space = await WorkloadCluster.NamespaceAsync("stale");
        await space.KubectlAsync("create", "configmap", "settings", "--from-literal=a=b");
        var old = await space.KubectlAsync("get", "configmap", "settings", "-o", "json");
        await space.KubectlAsync("patch", "configmap", "settings", "-p", """{"data":{"a":"c"}}""");
        var result = await space.TryKubectlAsync(old, "replace", "-f", "-");
        await Assert.MultipleAsync(async () =>
        {
            Assert.That(result.Errors, Is.EqualTo(
                "Error from server (Conflict): error when replacing \"STDIN\": Operation cannot be fulfilled on configmaps "
                + "\"settings\": the object has been modified; please apply your changes to the latest version and try again\n"));
            Assert.That(await space.GetAsync("configmap/settings", "{.data.a}"), Is.EqualTo("c"));
        });
    }

    [Test]
    public async Task Create_BodyOverThreeMebibytes_IsRefused()
    {
        await using var space = await WorkloadCluster.NamespaceAsync("large");
        var value = new string('x', 3 << 20);
        var manifest = $$$"""
            {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "large"}, "data": {"a": "{{{value}}}"}}
            """;
        var result = await space.TryKubectlAsync(manifest, "create", "-f", "-");
        await Assert.MultipleAsync(async () =>
        {
            Assert.That(result.ExitCode, Is.EqualTo(1));
            Assert.That(result.Errors, Does.StartWith("Error from server (RequestEntityTooLarge): error when creating \"STDIN\": ")
                .And.Contains("limit is 3145728"));
            Assert.That(await space.GetAsync("configmaps", "{.items[*].metadata.name}"), Is.EqualTo("kube-root-ca.crt"));
        });
    }

    [Test]
    public async Task Create_Twice_SaysThatItExists()
    {
        await using var space = await WorkloadCluster.NamespaceAsync("twice");
        await space.KubectlAsync("create", "configmap", "settings");
        var result = await space.TryKubectlAsync(null, "create", "configmap", "settings");
        Assert.That(result.Errors, Is.EqualTo(
            "error: failed to create configmap: configmaps \"settings\" already exists\n"));
    }

    [Test]
    public async Task Request_WrongToken_IsUnauthorized()
    {
        var server = await WorkloadCluster.Cluster.KubectlAsync(
            "config", "view", "-o", "jsonpath={.clusters[0].cluster.server}");
        var result = await Programs.RunAsync(
            WorkloadCluster.Cluster.KubectlPath,
            ["--kubeconfig", "/dev/null", "--server", server, "--insecure-skip-tls-verify", "--token", "wrong", "get", "pods"],
            environment: WorkloadCluster.Cluster.WithCache());
        Assert.Multiple(() =>
        {
            Assert.That(result.ExitCode, Is.EqualTo(1));
            Assert.That(result.Errors, Does.Contain("You must be logged in to the server").And.Contains("Unauthorized"));
        });
    }
}
