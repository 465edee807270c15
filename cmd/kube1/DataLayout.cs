namespace Kube1.Cmd;

/// <summary>Where things are in the data directory. Every path that two parts of the program share is named here.</summary>
internal sealed record DataLayout(string Root)
{
    /// <summary>Held locked by the process that runs on this directory.</summary>
    public string LockFile => Path.Combine(Root, "kube1.lock");

    /// <summary>The process id of who holds the lock, or held it last.</summary>
    public string ProcessFile => Path.Combine(Root, "kube1.pid");

    /// <summary>What `uninstall` needs to know of the cluster that ran here.</summary>
    public string InstanceFile => Path.Combine(Root, "instance.json");

    /// <summary>The database.</summary>
    public string Database => Path.Combine(Root, "server", "db");

    /// <summary>Certificates and keys of the server.</summary>
    public string ServerTls => Path.Combine(Root, "server", "tls");

    /// <summary>Certificates and keys of this node.</summary>
    public string AgentTls => Path.Combine(Root, "agent", "tls");

    /// <summary>What an agent has last heard of the cluster's settings.</summary>
    public string AgentSettings => Path.Combine(Root, "agent", "cluster.json");

    /// <summary>containerd's configuration, root, state and socket.</summary>
    public string Containerd => Path.Combine(Root, "agent", "containerd");

    /// <summary>CNI configurations.</summary>
    public string CniConfig => Path.Combine(Root, "agent", "cni", "net.d");

    /// <summary>The addresses that the CNI plugins have given out.</summary>
    public string CniData => Path.Combine(Root, "agent", "cni", "addresses");

    /// <summary>The kubelet's pods and their volumes.</summary>
    public string Kubelet => Path.Combine(Root, "agent", "kubelet");

    /// <summary>Container logs.</summary>
    public string PodLogs => Path.Combine(Root, "agent", "logs");

    /// <summary>Image archives that are imported at start.</summary>
    public string Images => Path.Combine(Root, "images");

    /// <summary>Programs that are preferred to those on PATH.</summary>
    public string Bin => Path.Combine(Root, "bin");

    /// <summary>The administrator's kubeconfig unless told otherwise.</summary>
    public const string DefaultKubeconfig = "/etc/kube1/kubeconfig.yaml";
}
