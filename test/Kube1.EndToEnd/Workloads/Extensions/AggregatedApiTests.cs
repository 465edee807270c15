using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text.RegularExpressions;
using Kube1.EndToEnd.Kit;
using Kube1.Testing;

namespace Kube1.EndToEnd.Workloads.Extensions;

/// <summary>An API server of this test's own behind an APIService, as kubectl sees it.</summary>
public sealed class AggregatedApiTests
{
    private static LiveCluster Cluster => WorkloadCluster.Cluster;

    [Test]
    public async Task Kubectl_KindOfAnotherServer_IsAnyOther()
    {
        await using var space = await WorkloadCluster.NamespaceAsync("aggregated");
        using var frontProxies = X509Certificate2.CreateFromPem(await Cluster.KubectlAsync(
            "--namespace", "kube-system", "get", "configmap", "extension-apiserver-authentication",
            "-o", "jsonpath={.data.requestheader-client-ca-file}"));
        var server = await ExtensionServer.StartAsync(
            frontProxies, TimeProvider.System, IPAddress.Any, $"api.{space.Name}.svc");
        await using (server)
        {
            await RegisterAsync(space, server);
            await Cluster.KubectlAsync("wait", "--for=condition=Available", "--timeout=60s", "apiservice/v1.example.org");

            Assert.That(
                (await Cluster.KubectlAsync("get", "apiservice", "v1.example.org", "--no-headers")).Split(
                    ' ', StringSplitOptions.RemoveEmptyEntries).Take(3),
                Is.EqualTo(new[] { "v1.example.org", $"{space.Name}/api", "True" }));
            Assert.That(await Cluster.KubectlAsync("get", "--raw", "/apis/example.org/v1"), Does.Contain("flunders"));
            // What it serves is read beside the look whether it answers.
            await Cluster.UntilAsync(
                resources => Regex.IsMatch(resources, @"flunders\s+fl\s+example.org/v1\s+true\s+Flunder"),
                "api-resources", "--api-group=example.org", "--no-headers");

            var created = await space.TryKubectlAsync(
                """{"apiVersion":"example.org/v1","kind":"Flunder","metadata":{"name":"first"}}""", "create", "-f", "-");
            Assert.That(created.Output, Is.EqualTo("flunder.example.org/first created\n"), created.ToString());
            Assert.That(await space.KubectlAsync("get", "fl", "-o", "name"), Is.EqualTo("flunder.example.org/first\n"));
            Assert.That(await space.KubectlAsync("get", "flunder", "first", "--no-headers"), Does.StartWith("first"));
            await space.KubectlAsync("delete", "flunder", "first", "--wait=false");
            Assert.That(await space.KubectlAsync("get", "flunders", "-o", "name"), Is.Empty);
            var creation = server.Requests.Single(r => r.Method == "POST");
            Assert.That(creation.Headers["X-Remote-Group"], Does.Contain("system:masters").And.Contain("system:authenticated"));
        }

        // The server has gone: that is the trouble of who asks for its kinds, and of nobody else.
        var gone = await Cluster.TryKubectlAsync("--namespace", space.Name, "get", "flunders.v1.example.org");
        Assert.That(gone.ExitCode, Is.Not.Zero);
        Assert.That(gone.Errors, Does.Contain("the server is currently unable to handle the request"));
        Assert.That(await space.KubectlAsync("get", "configmaps", "-o", "name"), Does.Contain("kube-root-ca.crt"));
        await Cluster.KubectlAsync("wait", "--for=condition=Available=false", "--timeout=60s", "apiservice/v1.example.org");
        await Cluster.KubectlAsync("delete", "apiservice", "v1.example.org");
        await Cluster.UntilAsync(
            versions => !versions.Contains("example.org/v1", StringComparison.Ordinal), "api-versions");
    }

    // A Service without a selector, and an endpoint that is this test's own server on the machine.
    private static async Task RegisterAsync(TestNamespace space, ExtensionServer server)
    {
        var address = await Cluster.KubectlAsync(
            "get", "nodes", "-o", "jsonpath={.items[0].status.addresses[?(@.type==\"InternalIP\")].address}");
        await space.ApplyAsync("""{"apiVersion":"v1","kind":"Service","metadata":{"name":"api"},"spec":{"ports":[{"port":443}]}}""");
        await space.ApplyAsync($$$"""
            {"apiVersion":"discovery.k8s.io/v1","kind":"EndpointSlice","addressType":"IPv4",
             "metadata":{"name":"api-1","labels":{"kubernetes.io/service-name":"api"}},
             "ports":[{"port":{{{server.Port}}}}],"endpoints":[{"addresses":["{{{address}}}"]}]}
            """);
        await space.ApplyAsync($$$"""
            {"apiVersion":"apiregistration.k8s.io/v1","kind":"APIService","metadata":{"name":"v1.example.org"},
             "spec":{"group":"example.org","version":"v1","groupPriorityMinimum":1000,"versionPriority":15,
              "service":{"namespace":"{{{space.Name}}}","name":"api"},"caBundle":"{{{server.CaBundle}}}"}}
            """);
    }
}
