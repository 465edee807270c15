namespace Kube1.EndToEnd.Workloads.Operators;

/// <summary>What `kubectl explain` reads out of the API documents of a custom resource.</summary>
[NonParallelizable]
public sealed class ExplainTests
{
    private const string Head = "GROUP:      market.example.com\nKIND:       Website\nVERSION:    v1\n\n";

    [Test]
    public async Task Explain_Kind_TellsItsFields()
    {
        var text = await ExplainAsync("website");

        Assert.That(text, Does.StartWith(Head + "DESCRIPTION:\n    A website that is published from the cluster.\n"));
        Assert.That(text, Does.Contain("\n  spec\t<Object> -required-\n    What to publish, and how.\n"));
        Assert.That(text, Does.Contain("\n  metadata\t<ObjectMeta>\n").And.Contain("\n  kind\t<string>\n"));
    }

    [TestCase("we.spec.host", "FIELD: host <string>\n\n\nDESCRIPTION:\n    The name that browsers ask for.\n")]
    [TestCase("website.spec.theme", "FIELD: theme <string>\nENUM:\n    light\n    dark\n\nDESCRIPTION:\n    How pages look.\n")]
    [TestCase("websites.spec.pages.path", "FIELD: path <string>\n\n\nDESCRIPTION:\n    Where the page is.\n")]
    [TestCase("websites.spec.port", "FIELD: port <Object>\n\n\nDESCRIPTION:\n    Number or name of the port.\n")]
    public async Task Explain_Field_TellsTypeEnumAndDescription(string path, string expected) =>
        Assert.That(await ExplainAsync(path), Does.StartWith(Head + expected));

    [Test]
    public async Task Explain_Recursive_TellsTheTree()
    {
        var text = await ExplainAsync("website.spec", "--recursive");

        Assert.That(text, Does.Contain("\n  host\t<string> -required-\n"));
        Assert.That(text, Does.Contain("\n  pages\t<[]Object>\n    body\t<string>\n    path\t<string> -required-\n"));
        Assert.That(text, Does.Contain("\n  theme\t<string>\n  enum: light, dark\n"));
    }

    [Test]
    public async Task Explain_OtherVersion_TellsItsFields()
    {
        var text = await ExplainAsync("website.spec", "--api-version=market.example.com/v1beta1");

        Assert.That(text, Does.Contain("VERSION:    v1beta1\n"));
        Assert.That(text, Does.Contain("\n  size\t<integer>\n    How many servers it has.\n").And.Not.Contain("replicas\t"));
    }

    // By way of the protobuf form of /openapi/v2.
    [Test]
    public async Task Explain_V2_TellsTheSameFields()
    {
        var text = await ExplainAsync("website.spec", "--output", "plaintext-openapiv2");

        Assert.That(text, Does.Contain("KIND:     Website\nVERSION:  market.example.com/v1\n\nRESOURCE: spec <Object>\n"));
        Assert.That(text, Does.Contain("\n   host\t<string> -required-\n     The name that browsers ask for.\n"));
        Assert.That(text, Does.Contain("\n   pages\t<[]Object>\n"));
    }

    [Test]
    public async Task Explain_NoSuchField_IsAnError()
    {
        var result = await WorkloadCluster.Cluster.TryKubectlAsync("explain", "website.spec.colour");

        Assert.That((result.ExitCode, result.Errors), Is.EqualTo((1, "error: field \"colour\" does not exist\n")));
    }

    private static Task<string> ExplainAsync(params string[] arguments) =>
        WorkloadCluster.Cluster.KubectlAsync(["explain", .. arguments]);
}
