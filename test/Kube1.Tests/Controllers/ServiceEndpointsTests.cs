using Kube1.Api.Models;

namespace Kube1.Tests.Controllers;

internal sealed class ServiceEndpointsTests
{
    [Test]
    public async Task Sync_ReadyAndNotReadyPods_AppearInBothForms()
    {
        await using var f = new ControllerFixture();
        await f.Client.Of<V1Service>().CreateAsync(Service("10.43.0.5"), default);
        await PodAsync(f, "a", true);
        await PodAsync(f, "b", false);
        await f.Api.WaitAsync(
            () => Slices(f) is [{ Endpoints.Count: 2 } s] && s.Endpoints.Any(e => e.Conditions!.Ready == false)
                && Endpoints(f)?.Subsets is [{ Addresses.Count: 1, NotReadyAddresses.Count: 1 }], "both");
        var slice = Slices(f).Single();
        Assert.That(slice.Metadata.Labels!["kubernetes.io/service-name"], Is.EqualTo("web"));
        Assert.That(slice.Metadata.Labels["endpointslice.kubernetes.io/managed-by"], Is.EqualTo("endpointslice-controller.k8s.io"));
        Assert.That(slice.Metadata.Labels.ContainsKey("service.kubernetes.io/headless"), Is.False);
        Assert.That(slice.Metadata.OwnerReferences!.Single().Kind, Is.EqualTo("Service"));
        Assert.That(slice.Ports!.Single().Port, Is.EqualTo(8080), "the container port of that name");
        var a = slice.Endpoints!.Single(e => e.TargetRef!.Name == "a");
        Assert.That((a.Conditions!.Ready, a.Conditions.Serving, a.Conditions.Terminating), Is.EqualTo((true, true, false)));
        Assert.That(Endpoints(f)!.Subsets![0].Ports!.Single().Port, Is.EqualTo(8080));
        Assert.That(Endpoints(f)!.Metadata.Labels!["endpoints.kubernetes.io/managed-by"], Is.EqualTo("endpoint-controller"));
    }

    [Test]
    public async Task Sync_PublishNotReady_HeadlessAndLabelled()
    {
        await using var f = new ControllerFixture();
        var service = Service("None");
        service.Spec!.PublishNotReadyAddresses = true;
        await f.Client.Of<V1Service>().CreateAsync(service, default);
        await PodAsync(f, "a", false);
        await f.Api.WaitAsync(() => Slices(f) is [{ Endpoints.Count: 1 }] && Endpoints(f)?.Subsets is [{ Addresses.Count: 1 }], "ready");
        var slice = Slices(f).Single();
        Assert.That(slice.Metadata.Labels!["service.kubernetes.io/headless"], Is.Empty);
        Assert.That(slice.Endpoints![0].Conditions!.Ready, Is.True);
        Assert.That(slice.Endpoints[0].Conditions!.Serving, Is.False);
    }

    [Test]
    public async Task Sync_PodGoesAndService_EndpointsFollow()
    {
        await using var f = new ControllerFixture();
        await f.Client.Of<V1Service>().CreateAsync(Service("10.43.0.5"), default);
        await PodAsync(f, "a", true);
        await f.Api.WaitAsync(() => Slices(f) is [{ Endpoints.Count: 1 }], "one");
        await f.Client.Of<V1Pod>().DeleteAsync("default", "a", null, default);
        await f.Api.WaitAsync(
            () => Slices(f) is [{ } s] && s.Endpoints is null or [] && Endpoints(f) is { Subsets: null or [] }, "none");
        await f.Client.Of<V1Service>().DeleteAsync("default", "web", null, default);
        await f.Api.WaitAsync(() => Endpoints(f) is null, "Endpoints deleted");
    }

    [Test]
    public async Task Sync_NoSelector_IsLeftAlone()
    {
        await using var f = new ControllerFixture();
        var manual = Service("10.43.0.6");
        manual.Metadata.Name = "manual";
        manual.Spec!.Selector = null;
        await f.Client.Of<V1Service>().CreateAsync(manual, default);
        await f.Client.Of<V1Endpoints>().CreateAsync(
            new V1Endpoints
            {
                Metadata = new V1ObjectMeta { Name = "manual", Namespace = "default" },
                Subsets = [new V1EndpointSubset { Addresses = [new V1EndpointAddress { Ip = "192.0.2.1" }] }],
            },
            default);
        await f.Client.Of<V1Service>().CreateAsync(Service("10.43.0.5"), default);
        await PodAsync(f, "a", true);
        await f.Api.WaitAsync(() => Endpoints(f)?.Subsets is [{ Addresses.Count: 1 }] && Slices(f).Count == 1, "the other one");
        var kept = f.Api.All<V1Endpoints>().Single(e => e.Metadata.Name == "manual");
        Assert.That(kept.Subsets![0].Addresses![0].Ip, Is.EqualTo("192.0.2.1"));
    }

    private static List<V1EndpointSlice> Slices(ControllerFixture f) => f.Api.All<V1EndpointSlice>();

    private static V1Endpoints? Endpoints(ControllerFixture f) =>
        f.Api.All<V1Endpoints>().Find(e => e.Metadata.Name == "web");

    private static async Task PodAsync(ControllerFixture f, string name, bool ready)
    {
        var template = ControllerFixture.Template("v1");
        var pod = await f.Client.Of<V1Pod>().CreateAsync(
            new V1Pod
            {
                Metadata = new V1ObjectMeta { Name = name, Namespace = "default", Labels = template.Metadata!.Labels },
                Spec = template.Spec,
            },
            default);
        await f.StartAsync(pod, ready);
    }

    private static V1Service Service(string clusterIP) => new()
    {
        Metadata = new V1ObjectMeta { Name = "web", Namespace = "default" },
        Spec = new V1ServiceSpec
        {
            ClusterIP = clusterIP,
            IpFamilies = ["IPv4"],
            Selector = new() { ["app"] = "web" },
            Ports = [new V1ServicePort { Name = "http", Port = 80, TargetPort = "http", Protocol = "TCP" }],
        },
    };
}
