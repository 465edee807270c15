using Kube1.ApiServer.Admission;
using Kube1.ApiServer.Admission.Policies.TypeChecking;
using Kube1.ApiServer.Auth;
using Kube1.ApiServer.Discovery;
using Kube1.ApiServer.Extensions.Aggregation;
using Kube1.ApiServer.Extensions.CustomResources;
using Kube1.ApiServer.Extensions.Webhooks;
using Kube1.ApiServer.FlowControl;
using Kube1.ApiServer.Http;
using Kube1.ApiServer.OpenApi;
using Kube1.ApiServer.Registry;
using Kube1.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Kube1.ApiServer;

/// <summary>
/// A running API server over a store: an HTTPS port, or in-process clients only, or both. Disposing it stops it within
/// <see cref="StopTimeout"/>; the store stays open.
/// </summary>
public sealed class ApiServerHost : IAsyncDisposable
{
    /// <summary>How long requests in flight may take to end once the server stops.</summary>
    public static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(2.5);

    private readonly ApiServerCore _core;
    private readonly CancellationTokenSource _stopping;
    private readonly MetricsExporter _metrics;
    private readonly RequestDelegate _pipeline;
    private readonly KestrelListener? _listener;
    private readonly WebhookClient _converters;
    private readonly Task _controllers;

    private ApiServerHost(
        ApiServerCore core, CancellationTokenSource stopping, MetricsExporter metrics, RequestDelegate pipeline,
        KestrelListener? listener, WebhookClient converters, Task controllers)
    {
        _core = core;
        _converters = converters;
        _controllers = controllers;
        _stopping = stopping;
        _metrics = metrics;
        _pipeline = pipeline;
        _listener = listener;
    }

    /// <summary>The port of the HTTPS listener; 0 without one.</summary>
    public int Port => _listener?.Port ?? 0;

    /// <summary>The cluster's objects, past authorization and admission: for the server's own parts.</summary>
    public IObjectRegistry Objects => _core.Objects;

    /// <summary>
    /// Starts serving; returns when the bootstrap objects are there and the port is open.
    /// </summary>
    public static async Task<ApiServerHost> StartAsync(
        ApiServerOptions options, Store store, ApiServerSecurity security,
        ILoggerFactory loggers, TimeProvider time, CancellationToken cancellationToken)
    {
        var resources = ResourceTable.BuiltIn(store);
        var objects = new ObjectRegistry(store, resources, options.Cluster, time);
        var stopping = new CancellationTokenSource();
        var metrics = new MetricsExporter();
        var converters = new WebhookClient(() => objects, options.Services, time);
        var conversion = new ConversionWebhookClient(converters, time);
        var catalog = new CustomResourceCatalog(
            store, resources, definition => new WebhookConverter(conversion, definition));
        var core = new ApiServerCore
        {
            Options = options,
            Store = store,
            Catalog = catalog,
            Objects = objects,
            Aggregator = new Aggregator(catalog, resources, store, objects, options, time, loggers),
            Security = security,
            Admission = new AdmissionChain(security.Admission, time),
            Handlers = SubresourceHandlers.Create(security, options, store, time),
            Audit = options.Audit,
            Time = time,
            Loggers = loggers,
            Stopping = stopping.Token,
        };
        var pipeline = BuildPipeline(core, metrics);

        await new BootstrapObjects(objects, options.Cluster).EnsureAsync(cancellationToken).ConfigureAwait(false);
        if (security.BootstrapAsync is { } bootstrap)
        {
            await bootstrap(objects, cancellationToken).ConfigureAwait(false);
        }

        await core.Aggregator.StartAsync(cancellationToken).ConfigureAwait(false);
        var listener = options.Listen is null
            ? null
            : await KestrelListener.StartAsync(options, pipeline, loggers, cancellationToken).ConfigureAwait(false);
        var controllers = Task.WhenAll(
            Definitions(core, resources, objects).RunAsync(stopping.Token),
            Policies(core, pipeline).RunAsync(stopping.Token), core.Aggregator.RunAsync(stopping.Token));
        return new ApiServerHost(core, stopping, metrics, pipeline, listener, converters, controllers);
    }

    /// <summary>
    /// A client's transport without sockets: the same authorization, admission and validation, as this user.
    /// </summary>
    public HttpMessageHandler CreateInProcessHandler(UserInfo user) => new InProcessHandler(_pipeline, user);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        if (_listener is not null)
        {
            using var timeout = new CancellationTokenSource(StopTimeout, _core.Time);
            await _listener.StopAsync(timeout.Token).ConfigureAwait(false);
            await _listener.DisposeAsync().ConfigureAwait(false);
        }

        await _controllers.ConfigureAwait(false);
        if (_core.Audit is { } audit)
        {
            await audit.DisposeAsync().ConfigureAwait(false);
        }

        _core.Admission.Dispose();
        _core.Aggregator.Dispose();
        _converters.Dispose();
        _metrics.Dispose();
        _stopping.Dispose();
    }

    private static RequestDelegate BuildPipeline(ApiServerCore core, MetricsExporter metrics)
    {
        var paths = new PathDispatcher(
            core, new DiscoveryEndpoint(core), new OpenApiEndpoint(core), Health(core), metrics);
        var requests = new RequestPipeline(
            core, new RequestGate(core), new ResourceDispatcher(core), paths);
        return requests.HandleAsync;
    }

    private static DefinitionController Definitions(ApiServerCore core, ResourceTable builtIn, ObjectRegistry objects)
    {
        var writer = new ServerStatusWriter(
            core.Store, builtIn, CustomResourceCatalog.DefinitionDescriptor, core.Time);
        var finalizer = new DefinitionFinalizer(
            core.Catalog, writer, objects, core.Store, core.Options.Cluster, core.Time);
        return new DefinitionController(
            core.Catalog, writer, finalizer, core.Time, core.Loggers.CreateLogger<DefinitionController>());
    }

    private static PolicyStatusController Policies(ApiServerCore core, RequestDelegate pipeline) => new(
        core.Resources.Find("admissionregistration.k8s.io", "v1", "validatingadmissionpolicies")!.Objects,
        new PolicyTypeChecker(() => core.Resources), new InProcessHandler(pipeline, PolicyStatusController.User), core.Time,
        core.Loggers.CreateLogger<PolicyStatusController>());

    private static HealthEndpoint Health(ApiServerCore core)
    {
        var ping = new HealthCheck("ping", static () => null);
        var log = new HealthCheck("log", static () => null);
        // Upstream's name for the store; monitoring looks for it.
        var store = new HealthCheck("etcd", () => core.Store.WriteFailure?.Message);
        var bootstrap = new HealthCheck("poststarthook/bootstrap-objects", static () => null);
        var registered = new HealthCheck("autoregister-completion", static () => null);
        var shutdown = new HealthCheck(
            "shutdown", () => core.Stopping.IsCancellationRequested ? "the server is stopping" : null);
        return new HealthEndpoint(
            [ping, log, store, bootstrap, registered], [ping, log, store, bootstrap, registered, shutdown]);
    }
}
