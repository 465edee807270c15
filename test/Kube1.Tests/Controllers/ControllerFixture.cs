using Kube1.Api.Models;
using Kube1.Client;
using Kube1.Client.Controllers;
using Kube1.Client.Informers;
using Kube1.Controllers;
using Kube1.Controllers.Deployments;
using Kube1.Controllers.Endpoints;
using Kube1.Controllers.EndpointSlices;
using Kube1.Controllers.ReplicaSets;
using Kube1.Controllers.ReplicationControllers;
using Kube1.Tests.Client;
using Microsoft.Extensions.Logging.Abstractions;

namespace Kube1.Tests.Controllers;

/// <summary>The workload controllers over the fake API; the test plays the scheduler and the kubelet.</summary>
internal sealed class ControllerFixture : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Func<Task> _run;
    private Task _running = Task.CompletedTask;

    /// <summary>Without <paramref name="areRunning"/> nothing happens until <see cref="Run"/>.</summary>
    public ControllerFixture(TimeProvider? time = null, bool areRunning = true)
    {
        time ??= TimeProvider.System;
        Api = new FakeApi(time);
        Client = Api.Client();
        var informers = new InformerSet(Client, time, NullLoggerFactory.Instance);
        var context = new ControllerContext
        {
            ClientFor = _ => Client, ApiServer = Client, Informers = informers, Time = time, Loggers = NullLoggerFactory.Instance,
        };
        IController[] controllers =
        [
            new DeploymentController(context),
            new ReplicaController(
                "replicaset-controller", "replicaset-controller",
                new ReplicaSetStore(Client, informers.Of<V1ReplicaSet>()), context),
            new ReplicaController(
                "replication-controller", "replication-controller",
                new ReplicationControllerStore(Client, informers.Of<V1ReplicationController>()), context),
            new EndpointSliceController(context),
            new EndpointsController(context),
        ];
        _run = () => Task.WhenAll(controllers.Select(c => c.RunAsync(_stop.Token)).Append(informers.RunAsync(_stop.Token)));
        if (areRunning)
        {
            Run();
        }
    }

    public FakeApi Api { get; }

    public KubeClient Client { get; }

    public List<V1Pod> Pods => Api.All<V1Pod>();

    public V1Deployment Deployment => Api.All<V1Deployment>().Single();

    public List<V1ReplicaSet> Sets => Api.All<V1ReplicaSet>();

    public List<Corev1Event> Events => Api.All<Corev1Event>();

    /// <summary>Starts the controllers, which then know from the first all that is there.</summary>
    public void Run() => _running = _run();

    public static V1PodTemplateSpec Template(string image) => new()
    {
        Metadata = new V1ObjectMeta { Labels = new() { ["app"] = "web" } },
        Spec = new V1PodSpec
        {
            Containers =
            [
                new V1Container
                {
                    Name = "c",
                    Image = image,
                    Ports = [new V1ContainerPort { Name = "http", ContainerPort = 8080, Protocol = "TCP" }],
                },
            ],
        },
    };

    public static V1Deployment NewDeployment(int replicas, string image = "v1") => new()
    {
        Metadata = new V1ObjectMeta { Name = "web", Namespace = "default" },
        Spec = new V1DeploymentSpec
        {
            Replicas = replicas,
            Selector = new V1LabelSelector { MatchLabels = new() { ["app"] = "web" } },
            Template = Template(image),
            ProgressDeadlineSeconds = 600,
            RevisionHistoryLimit = 10,
            Strategy = new V1DeploymentStrategy
            {
                Type = "RollingUpdate",
                RollingUpdate = new V1RollingUpdateDeployment { MaxSurge = 1, MaxUnavailable = 0 },
            },
        },
    };

    public static V1ReplicaSet NewSet(int replicas) => new()
    {
        Metadata = new V1ObjectMeta { Name = "web", Namespace = "default" },
        Spec = new V1ReplicaSetSpec
        {
            Replicas = replicas,
            Selector = new V1LabelSelector { MatchLabels = new() { ["app"] = "web" } },
            Template = Template("v1"),
        },
    };

    /// <summary>Changes the only Deployment as a user would, however often it takes.</summary>
    public async Task ChangeAsync(Action<V1Deployment> change)
    {
        while (true)
        {
            var deployment = Deployment;
            change(deployment);
            try
            {
                await Client.Of<V1Deployment>().UpdateAsync(deployment, default);
                return;
            }
            catch (Kube1.Api.Errors.ApiException e) when (e.Is(Kube1.Api.Errors.StatusReasons.Conflict))
            {
                // The controller wrote the status in between.
            }
        }
    }

    /// <summary>Makes the pod run and become ready.</summary>
    public async Task StartAsync(V1Pod pod, bool ready = true, DateTimeOffset? since = null)
    {
        var number = Pods.FindIndex(p => p.Metadata.Name == pod.Metadata.Name) + 1;
        pod.Status = new V1PodStatus
        {
            Phase = "Running",
            PodIP = "10.0.0." + number,
            PodIPs = [new V1PodIP { Ip = "10.0.0." + number }],
            Conditions = [new V1PodCondition { Type = "Ready", Status = ready ? "True" : "False", LastTransitionTime = since }],
        };
        await Client.Of<V1Pod>().UpdateStatusAsync(pod, default);
    }

    /// <summary>
    /// Plays the kubelet until the condition holds: starts each new pod. <paramref name="watch"/> is called before each.
    /// </summary>
    public async Task RunPodsUntilAsync(Func<bool> condition, string what, Action? watch = null)
    {
        while (true)
        {
            await Api.WaitAsync(() => condition() || Pods.Any(p => p.Status?.Phase is null), what);
            watch?.Invoke();
            if (condition())
            {
                return;
            }

            foreach (var pod in Pods.Where(p => p.Status?.Phase is null))
            {
                try
                {
                    await StartAsync(pod);
                }
                catch (Kube1.Api.Errors.ApiException e) when (e.Code is 404 or 409)
                {
                    // It was deleted or adopted meanwhile.
                }
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        try
        {
            await _running;
        }
        catch (OperationCanceledException)
        {
            // A controller whose caches were still filling when the test was done.
        }

        Client.Dispose();
        Api.Dispose();
        _stop.Dispose();
    }
}
