using System.CommandLine;
using Kube1.Cluster.Configuration;
using Kube1.Kubelet.Runtime;
using Kube1.Runtimes.Cri;
using Kube1.Runtimes.Cri.Containerd;
using Kube1.Runtimes.Cri.Grpc;
using Kube1.Runtimes.Cri.Images;
using Microsoft.Extensions.Logging.Abstractions;

namespace Kube1.Cmd.Commands;

/// <summary>`kube1 images import|list|remove`: the images of this node, over CRI to the runtime that runs.</summary>
internal static class ImagesCommand
{
    private const string StandardInput = "-";

    public static Command Create() => new("images", "Import, list and remove the images of this node.")
    {
        Import(), List(), Remove(),
    };

    private static Command Import()
    {
        var files = new Argument<string[]>("file")
        {
            Description = "Archives as `docker save` or `skopeo copy` write them, also compressed; - for standard input",
            Arity = ArgumentArity.OneOrMore,
        };
        var command = new Command("import", "Import image archives; imported images are never garbage-collected.") { files };
        SetRuntimeWork(command, async (runtime, parsed, ct) =>
        {
            foreach (var file in parsed.GetValue(files)!)
            {
                foreach (var name in await ImportAsync(runtime, file, ct))
                {
                    Console.WriteLine($"imported {name}");
                }
            }
        });
        return command;
    }

    private static Command List()
    {
        var command = new Command("list", "List the images.");
        SetRuntimeWork(command, async (runtime, _, ct) =>
        {
            foreach (var line in ImageTable.Lines(await runtime.ListImagesAsync(ct)))
            {
                Console.WriteLine(line);
            }
        });
        return command;
    }

    private static Command Remove()
    {
        var names = new Argument<string[]>("name")
        {
            Description = "Names or ids as `kube1 images list` shows them",
            Arity = ArgumentArity.OneOrMore,
        };
        var command = new Command("remove", "Remove images, each with all its names.") { names };
        SetRuntimeWork(command, async (runtime, parsed, ct) =>
        {
            var pause = await runtime.ImageStatusAsync(PauseImage.Name, ct);
            foreach (var name in parsed.GetValue(names)!)
            {
                var image = await runtime.ImageStatusAsync(name, ct)
                    ?? throw new CommandException($"there is no image '{name}'; `kube1 images list` shows them");
                if (image.Id == pause?.Id)
                {
                    throw new CommandException($"{name} is the image that every pod's sandbox is made of; no pod could start without it");
                }

                await runtime.RemoveImageAsync(name, ct);
                Console.WriteLine($"removed {string.Join(", ", image.RepoTags.DefaultIfEmpty(name))}");
            }
        });
        return command;
    }

    private static async Task<IReadOnlyList<string>> ImportAsync(CriPodRuntime runtime, string file, CancellationToken ct)
    {
        var what = file == StandardInput ? "standard input" : file;
        try
        {
            await using var archive = file == StandardInput ? Console.OpenStandardInput() : File.OpenRead(file);
            return await runtime.ImportImagesAsync(archive, ct);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new CommandException($"there is no file {what}");
        }
        catch (Exception e) when (e is InvalidDataException or FormatException)
        {
            throw new CommandException(
                $"{what} is no image archive ({e.Message.TrimEnd('.')}); make one with `docker save IMAGE -o FILE`");
        }
    }

    /// <summary>Does the work with the runtime of the data directory, or with the one that was named.</summary>
    private static void SetRuntimeWork(Command command, Func<CriPodRuntime, ParseResult, CancellationToken, Task> work)
    {
        var settings = new SettingOptions(command, SettingScope.Server, "data-dir", "container-runtime-endpoint");
        command.SetWork(async (parsed, ct) =>
        {
            using var runtime = new CriPodRuntime(Endpoint(settings.Load(parsed)), NullLoggerFactory.Instance, TimeProvider.System);
            try
            {
                await work(runtime, parsed, ct);
                return 0;
            }
            catch (RuntimeException e) when (e.Code == RuntimeErrorCode.Unavailable)
            {
                throw new CommandException(
                    $"{e.Message.TrimEnd('.')} (start `kube1 server` or `kube1 agent` first, or name another runtime with"
                    + " --container-runtime-endpoint)");
            }
            catch (RuntimeException e)
            {
                throw new CommandException($"the container runtime refused: {e.Message}");
            }
        });
    }

    private static RuntimeEndpoint Endpoint(ClusterConfig config)
    {
        if (config.ContainerRuntimeEndpoint is not { } given)
        {
            var containerd = new DataLayout(config.DataDirectory).Containerd;
            return RuntimeEndpoint.Parse("unix://" + ContainerdOptions.SocketIn(containerd));
        }

        try
        {
            return RuntimeEndpoint.Parse(given);
        }
        catch (FormatException e)
        {
            throw new CommandException($"--container-runtime-endpoint: {e.Message}");
        }
    }
}
