using Kube1.Client;
using Kube1.Client.Informers;
using Microsoft.Extensions.Logging;

namespace Kube1.Controllers;

/// <summary>What every controller is made from.</summary>
public sealed record ControllerContext
{
    /// <summary>
    /// The client of a controller's own identity, by the controller's name: upstream's user is
    /// system:serviceaccount:kube-system:NAME, with "deployment-controller" and the like as NAME.
    /// </summary>
    public required Func<string, KubeClient> ClientFor { get; init; }

    /// <summary>The client of the API server itself, for what upstream's does to its own configuration.</summary>
    public required KubeClient ApiServer { get; init; }

    /// <summary>The shared informers of the process; whoever made them runs them.</summary>
    public required InformerSet Informers { get; init; }

    /// <summary>The clock.</summary>
    public required TimeProvider Time { get; init; }

    /// <summary>Where loggers come from.</summary>
    public required ILoggerFactory Loggers { get; init; }

    /// <summary>The administrator's settings.</summary>
    public ControllerSettings Settings { get; init; } = new();
}
