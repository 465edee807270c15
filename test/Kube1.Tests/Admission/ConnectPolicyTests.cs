using Kube1.Tests.ApiServer;
using static Kube1.Tests.Admission.PolicyCluster;

namespace Kube1.Tests.Admission;

/// <summary>Policies about streams: their options are the object.</summary>
[TestFixture]
public sealed class ConnectPolicyTests
{
    private const string Pod = """{"metadata":{"name":"p"},"spec":{"nodeName":"n","containers":[{"name":"c","image":"i"}]}}""";

    private PolicyCluster _cluster = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _cluster = await PolicyCluster.StartAsync();
        await _cluster.Admin.SendAsync("POST", "api/v1/namespaces/default/serviceaccounts", """{"metadata":{"name":"default"}}""");
        var (code, answer) = await _cluster.Admin.SendAsync("POST", "api/v1/namespaces/default/pods", Pod);
        Assert.That(code, Is.EqualTo(201), answer.ToJsonString());
    }

    [OneTimeTearDown]
    public async Task StopAsync() => await _cluster.DisposeAsync();

    [SetUp]
    public Task ResetAsync() => _cluster.ResetAsync();

    [Test]
    public async Task Exec_IsMutatedThenJudged()
    {
        var constraints = Constraints("", "v1", "pods/exec", "CONNECT");
        await _cluster.MutateAsync(
            "m", "JSONPatch", "[JSONPatch{op: 'replace', path: '/command', value: ['false']}]", "{}", "{" + constraints + "}");
        await _cluster.ValidateAsync("v", "{" + constraints + """
            ,"validations":[{"expression":"object.command != ['false']","messageExpression":
            "request.kind.kind + ' of ' + request.resource.resource + '/' + request.subResource + ': ' + object.command[0]"}]}
            """);

        var (code, status) = await _cluster.Admin.SendAsync(
            "POST", "api/v1/namespaces/default/pods/p/exec?command=true&container=c", "");

        Assert.That(code, Is.EqualTo(422), status.ToJsonString());
        Assert.That(status.Text("message"), Does.EndWith("denied request: PodExecOptions of pods/exec: false"));
    }
}
