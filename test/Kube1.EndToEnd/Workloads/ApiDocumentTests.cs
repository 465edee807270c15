using System.Text.RegularExpressions;

namespace Kube1.EndToEnd.Workloads;

/// <summary>What kubectl makes of discovery and the OpenAPI documents: explain, api-resources, validation.</summary>
[NonParallelizable]
public sealed class ApiDocumentTests
{
    private const string Deployment = """
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: web}
        spec:
          replica: 1
          replicas: 0
          selector: {matchLabels: {app: web}}
          template:
            metadata: {labels: {app: web}}
            spec: {containers: [{name: web, image: "web:v1"}]}
        """;

    [Test]
    public async Task Explain_Containers_TellsTypesEnumsAndWhatIsRequired()
    {
        var text = await KubectlAsync("explain", "pod.spec.containers");

        Assert.That(text, Does.StartWith("KIND:       Pod\nVERSION:    v1\n\nFIELD: containers <[]Container>\n\n"));
        Assert.That(text, Does.Contain("\n  name\t<string> -required-\n    Name of the container, a DNS label"));
        Assert.That(text, Does.Contain("\n  imagePullPolicy\t<string>\n  enum: Always, IfNotPresent, Never\n"));
        Assert.That(text, Does.Contain("\n  ports\t<[]ContainerPort>\n"));
    }

    [Test]
    public async Task Explain_Recursive_TellsTheWholeTree()
    {
        var text = await KubectlAsync("explain", "deployment", "--recursive");

        Assert.That(text, Does.StartWith("GROUP:      apps\nKIND:       Deployment\nVERSION:    v1\n"));
        Assert.That(text, Does.Contain("\n    template\t<PodTemplateSpec> -required-\n"));
        Assert.That(text, Does.Contain("\n          livenessProbe\t<Probe>\n"));
    }

    // By way of the protobuf form of /openapi/v2.
    [Test]
    public async Task Explain_V2_TellsTheSameFields()
    {
        var text = await KubectlAsync("explain", "pod.spec.containers", "--output", "plaintext-openapiv2");

        Assert.That(text, Does.Contain("KIND:     Pod\nVERSION:  v1\n\nRESOURCE: containers <[]Object>\n"));
        Assert.That(text, Does.Contain("\n   name\t<string> -required-\n     Name of the container, a DNS label"));
        Assert.That(text, Does.Contain("\n   ports\t<[]Object>\n"));
    }

    [Test]
    public async Task Explain_EveryResource_IsDescribed()
    {
        // NAME [SHORTNAMES] APIVERSION NAMESPACED KIND
        var rows = Regex.Matches(await KubectlAsync("api-resources", "--no-headers"), @"^(\S+) .*?(\S*v\d) +(true|false) ", RegexOptions.Multiline);
        Assert.That(rows, Has.Count.GreaterThan(60));
        foreach (Match row in rows)
        {
            var text = await KubectlAsync("explain", row.Groups[1].Value, "--api-version", row.Groups[2].Value);
            Assert.That(text, Does.Contain("DESCRIPTION:\n    ").And.Not.Contain("DESCRIPTION:\n    <empty>"), row.Value);
        }
    }

    [TestCase("pods po v1 true Pod create,delete,deletecollection,get,list,patch,update,watch all")]
    [TestCase("deployments deploy apps/v1 true Deployment create,delete,deletecollection,get,list,patch,update,watch all")]
    [TestCase("nodes no v1 false Node create,delete,deletecollection,get,list,patch,update,watch")]
    [TestCase("bindings v1 true Binding create")]
    [TestCase("horizontalpodautoscalers hpa autoscaling/v2 true HorizontalPodAutoscaler create,delete,deletecollection,get,list,patch,update,watch all")]
    [TestCase("customresourcedefinitions crd,crds apiextensions.k8s.io/v1 false CustomResourceDefinition create,delete,deletecollection,get,list,patch,update,watch api-extensions")]
    public async Task ApiResources_Wide_TellsNamesVerbsAndCategories(string expected)
    {
        var table = await KubectlAsync("api-resources", "-o", "wide");

        Assert.That(table.Split('\n').Select(l => Regex.Replace(l.TrimEnd(), " +", " ")), Does.Contain(expected));
    }

    [Test]
    public async Task ApiVersions_AreAllServedOnes()
    {
        var versions = await KubectlAsync("api-versions");

        Assert.That(versions.Split('\n', StringSplitOptions.RemoveEmptyEntries), Is.SupersetOf(new[]
        {
            "admissionregistration.k8s.io/v1", "apps/v1", "autoscaling/v1", "autoscaling/v2", "batch/v1",
            "rbac.authorization.k8s.io/v1", "v1",
        }));
    }

    [TestCase("strict", 1,
        "Error from server (BadRequest): error when creating \"STDIN\": Deployment in version \"v1\" cannot be handled as a "
        + "Deployment: strict decoding error: unknown field \"spec.replica\"\n")]
    [TestCase("warn", 0, "Warning: unknown field \"spec.replica\"\n")]
    [TestCase("ignore", 0, "")]
    public async Task Apply_UnknownField_IsTreatedAsAsked(string mode, int exitCode, string errors)
    {
        await using var space = await WorkloadCluster.NamespaceAsync("validate-" + mode);
        var result = await space.TryKubectlAsync(Deployment, "apply", "--validate=" + mode, "-f", "-");

        Assert.That((result.ExitCode, result.Errors), Is.EqualTo((exitCode, errors)));
    }

    // A review cannot be patched, so kubectl does not trust the server to validate it and does so itself, by the v2 document.
    [Test]
    public async Task Create_ReviewWithUnknownField_IsRefusedByKubectl()
    {
        var result = await WorkloadCluster.Cluster.TryKubectlAsync(["create", "-f", "-"], """
            apiVersion: authorization.k8s.io/v1
            kind: SelfSubjectAccessReview
            spec: {wrong: 1, nonResourceAttributes: {path: /, verb: get}}
            """);

        Assert.That(result.ExitCode, Is.EqualTo(1));
        Assert.That(result.Errors, Does.Contain(
            "ValidationError(SelfSubjectAccessReview.spec): unknown field \"wrong\" in "
            + "io.k8s.api.authorization.v1.SelfSubjectAccessReviewSpec"));
    }

    [Test]
    public async Task Diff_ChangedField_IsShown()
    {
        await using var space = await WorkloadCluster.NamespaceAsync("diff");
        var manifest = Deployment.Replace("  replica: 1\n", "", StringComparison.Ordinal);
        await space.ApplyAsync(manifest);
        var same = await space.TryKubectlAsync(manifest, "diff", "-f", "-");
        var other = await space.TryKubectlAsync(
            manifest.Replace("web:v1", "web:v2", StringComparison.Ordinal), "diff", "-f", "-");

        Assert.That((same.ExitCode, same.Output), Is.EqualTo((0, "")), same.ToString());
        Assert.That(other.ExitCode, Is.EqualTo(1), other.ToString());
        Assert.That(other.Output, Does.Contain("\n-      - image: web:v1\n+      - image: web:v2\n"));
    }

    private static Task<string> KubectlAsync(params string[] arguments) => WorkloadCluster.Cluster.KubectlAsync(arguments);
}
